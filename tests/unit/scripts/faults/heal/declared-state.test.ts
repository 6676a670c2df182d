import { describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import type { Fault } from '../../../../../infra/spec/fault.ts';
import {
  listingsOf,
  stateUnder,
  type DeclaredState,
} from '../../../../../scripts/faults/heal/declared-state.ts';
import {
  delay,
  expired,
  hang,
  missingPackage,
  mode,
  otherProject,
  otherVersion,
  space,
  stop,
  umask,
} from '../../../../support/faults.ts';
import { thisMachine } from '../../../../support/fake-node.ts';

const on = (fault: Fault, ...targets: readonly string[]): ScheduledFault => ({
  ...{ id: `p/${fault.name}`, profile: 'p', fault, targets, startMs: null, endMs: null },
});
const faults = [
  on(delay(5), 'a->b'),
  on(space(0), 'a:/data'),
  on(stop, 'a:worker', 'b:worker'),
  on(umask, 'a:worker', 'a:other.timer'),
  on(mode, 'a'),
  on(expired, 'a', 'b'),
  on(missingPackage, 'b'),
  on(otherVersion, 'b', 'd'),
  on(otherProject, 'd'),
  on(hang, 'b:GET /rates'),
];

test('a fingerprint is of what faults are on by name on that node, each once', () => {
  expect(stateUnder('a', faults)).toEqual({
    units: ['other.timer', 'worker.service'],
    paths: ['/srv'],
    accounts: ['daemon'],
    packages: [],
    projects: [],
    limits: false,
    routes: [],
  });
  expect(stateUnder('b', faults)).toEqual({
    ...{ units: ['worker.service'], paths: [], accounts: ['daemon'], packages: ['ncurses-bin', 'tzdata'] },
    ...{ projects: [], limits: false, routes: ['GET /rates'] },
  });
  expect(stateUnder('d', faults)).toMatchObject({ packages: ['tzdata'], projects: ['pillow'] });
});

test('nothing is run on a node for what no fault is on', () => {
  expect(listingsOf(stateUnder('c', faults))).toEqual([]);
  expect(listingsOf(stateUnder('b', faults)).map(([label]) => label)).toEqual([
    'unit',
    'account',
    'package',
    'fault',
  ]);
});

describe('this machine lists', () => {
  const nothing = {
    units: [],
    paths: [],
    accounts: [],
    packages: [],
    projects: [],
    limits: false,
    routes: [],
  };
  const listed = async (state: Partial<DeclaredState>): Promise<string> => {
    const outcomes = await Promise.all(
      listingsOf({ ...nothing, ...state }).map(async ([, argv]) => thisMachine.exec(argv)),
    );
    return outcomes.map(({ stdout }) => stdout).join('\n');
  };

  test('modes, groups and days of expiry', async () => {
    expect(await listed({ paths: ['/', '/no/such'] })).toMatch(
      /^\/ has mode [0-7]+ and is of \d+:\d+\n\/no\/such is not there$/,
    );
    expect(await listed({ accounts: ['root'] })).toMatch(/^root uid=0\(root\) gid=0\(root\).* expires *$/m);
  });

  test('a package with its version and a digest of its files, and one that there is not', async () => {
    const text = await listed({ packages: ['coreutils', 'no-such-package'] });
    expect(text).toMatch(/^coreutils \S+ install ok installed, its files [0-9a-f]{16}$/m);
    expect(text).toMatch(/^no-such-package .*no packages found.*, its files [0-9a-f]{16}$/m);
  });

  test('what pip installed where the node’s own Python says that it is, byte for byte, wherever that is', async () => {
    const node = mkdtempSync(join(tmpdir(), 'understudy-projects-'));
    try {
      // As of a virtual environment: what it is asked for comes first in PATH, and it says where its projects are.
      const [home, program] = [join(node, 'venv/lib/site-packages'), join(node, 'venv/bin/pillow')];
      for (const folder of [`${home}/PIL/__pycache__`, join(node, 'venv/bin')])
        mkdirSync(folder, { recursive: true });
      writeFileSync(
        join(node, 'venv/bin/python3'),
        `#!/bin/sh\n[ "$4" = pillow ] && printf '%s\\n' '${home}' '${program}'\n`,
        { mode: 0o755 },
      );
      writeFileSync(join(home, 'PIL/one.py'), 'one');
      writeFileSync(program, 'runs it');
      const listed = async (): Promise<string> => {
        const [[, argv] = ['', []]] = listingsOf({ ...nothing, projects: ['pillow'] });
        const PATH = `${join(node, 'venv/bin')}:${process.env['PATH'] ?? ''}`;
        return (await thisMachine.exec(['env', `PATH=${PATH}`, ...argv])).stdout;
      };
      const before = await listed();
      expect(before).toMatch(/^pillow of PyPI, files of all projects [0-9a-f]{16} [0-9a-f]{16}$/);
      writeFileSync(join(home, 'PIL/__pycache__/one.pyc'), 'compiled');
      expect(await listed()).toBe(before);
      for (const file of [join(home, 'PIL/one.py'), program]) {
        const { atime, mtime } = statSync(file);
        const content = readFileSync(file);
        writeFileSync(file, 'else');
        utimesSync(file, atime, mtime);
        expect(await listed()).not.toBe(before);
        writeFileSync(file, content);
        utimesSync(file, atime, mtime);
      }
      writeFileSync(join(home, 'left-over.py'), '');
      expect(await listed()).not.toBe(before);
    } finally {
      rmSync(node, { recursive: true });
    }
  });
});
