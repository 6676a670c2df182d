import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PlannedSuite } from '../../../../infra/plan/plan.ts';
import {
  goldenFolder,
  goldenOf,
  keepControl,
  readControl,
  suiteDigests,
} from '../../../../scripts/rehearsal/control.ts';
import type { ControlResult } from '../../../../scripts/verdict/control-result.ts';

const before = process.env['XDG_CACHE_HOME'];
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'understudy-control-'));
  process.env['XDG_CACHE_HOME'] = join(root, 'cache');
});
afterEach(() => {
  if (before === undefined) Reflect.deleteProperty(process.env, 'XDG_CACHE_HOME');
  else process.env['XDG_CACHE_HOME'] = before;
  rmSync(root, { recursive: true, force: true });
});

const pass: ControlResult = {
  ...{ runId: 'r1', verdict: 'pass', why: [], suites: [], invariants: [] },
  memoryHeld: { 'node-1': 4096 },
};

describe('golden results', () => {
  const run = { runFolder: '/runs/r1' };

  test('are recorded by a run without faults, into its own folder', () => {
    expect(goldenOf({ ...run, degraded: false, recorded: null })).toEqual({
      mode: 'record',
      folder: '/runs/r1/golden',
    });
  });

  test('are what a degraded run compares with, where it had a control', () => {
    expect(goldenOf({ ...run, degraded: true, recorded: goldenFolder('k') })).toEqual({
      mode: 'compare',
      folder: goldenFolder('k'),
    });
  });

  test('never come from a degraded run without a control', () => {
    expect(goldenOf({ ...run, degraded: true, recorded: null })).toEqual({
      mode: 'none',
      folder: '/runs/r1/golden',
    });
  });

  test('are replaced by those of a run that passed, as a whole', () => {
    keepControl('k', pass, recorded('first', { 'a.json': '1', 'gone.json': '1' }));
    keepControl('k', { ...pass, runId: 'r2' }, recorded('second', { 'a.json': '2' }));
    expect(readdirSync(goldenFolder('k'))).toEqual(['a.json']);
    expect(readFileSync(join(goldenFolder('k'), 'a.json'), 'utf8')).toBe('2');
    expect(readControl('k')).toMatchObject({ runId: 'r2' });
  });

  test.each(['fail', 'invalid'] as const)('are not touched by a run that ended with %s', (verdict) => {
    keepControl('k', pass, recorded('first', { 'a.json': '1' }));
    keepControl('k', { ...pass, runId: 'r2', verdict }, recorded('second', { 'a.json': '2' }));
    expect(readFileSync(join(goldenFolder('k'), 'a.json'), 'utf8')).toBe('1');
    expect(readControl('k')).toMatchObject({ runId: 'r1' });
  });
});

describe('a suite is another one', () => {
  const spec = (): string => join(root, 'cluster.yaml');
  const suite: PlannedSuite = {
    name: 's',
    command: ['x'],
    where: 'host',
    dir: 'suite',
    junit: 'out/junit.xml',
    timeoutMs: 1,
  };
  const digests = (suites: readonly PlannedSuite[] = [suite]): readonly string[] =>
    suiteDigests({ plan: { suites }, specFile: spec() });
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  beforeEach(() => {
    put('suite/test.py', 'assert True');
    put('suite/deep/data.json', '1');
  });

  test.each<[string, () => void]>([
    [
      'when a file of it changes',
      () => {
        put('suite/test.py', 'assert 1 == 1');
      },
    ],
    [
      'when there is one more, however empty',
      () => {
        put('suite/conftest.py', '');
      },
    ],
    [
      'when one has gone',
      () => {
        rmSync(join(root, 'suite/deep/data.json'));
      },
    ],
    [
      'when there is a file of its own that only looks like a profile',
      () => {
        put('suite/fixture.yaml', 'faults: [{kind: typo}]\n');
      },
    ],
    [
      'when one may be run',
      () => {
        chmodSync(join(root, 'suite/test.py'), 0o755);
      },
    ],
    [
      'when a link leads elsewhere',
      () => {
        symlinkSync('test.py', join(root, 'suite/alias.py'));
      },
    ],
    [
      'when other packages are installed',
      () => {
        put('suite/node_modules/.package-lock.json', '{}');
      },
    ],
  ])('%s', (_when, change) => {
    const [before] = digests();
    change();
    expect(digests()).not.toEqual([before]);
  });

  test.each<[string, () => void]>([
    [
      'what it writes by its promise',
      () => {
        put('suite/out/junit.xml', '<testsuite/>');
      },
    ],
    [
      'caches of its tools',
      () => {
        put('suite/__pycache__/test.pyc', 'x');
        put('suite/.pytest_cache/v', 'x');
      },
    ],
    [
      'our own run folders',
      () => {
        put('suite/.runs/r1/events.jsonl', '{}');
      },
    ],
    [
      'a package itself, which its lock file stands for',
      () => {
        put('suite/node_modules/a/index.js', 'x');
      },
    ],
    [
      'times',
      () => {
        put('suite/test.py', 'assert True');
      },
    ],
    [
      'profiles, which no control runs',
      () => {
        put(
          'suite/slow.yaml',
          'name: slow\ndescription: slow\nfaults: [{name: d, kind: network.delay, on: {links: all}, delayMs: 5}]\n',
        );
      },
    ],
  ])('but not for %s', (_what, change) => {
    const before = digests();
    change();
    expect(digests()).toEqual(before);
  });

  test('but not for another suite’s JUnit file in the same folder, or the spec that lies in it', () => {
    const both = [
      { ...suite, dir: '.' },
      { ...suite, name: 't', dir: '.', junit: 'other.xml' },
    ];
    put('cluster.yaml', 'name: a');
    const before = digests(both);
    put('other.xml', '<testsuite/>');
    put('cluster.yaml', 'name: a # the plan says what it means');
    expect(digests(both)).toEqual(before);
    put('test.py', 'assert True');
    expect(digests(both)).not.toEqual(before);
  });

  test('behind 64 MiB by size and time of change, without being read', () => {
    put('suite/a-large.bin', '');
    truncateSync(join(root, 'suite/a-large.bin'), 65 * 1024 * 1024);
    const before = digests();
    put('suite/test.py', 'assert True'); // the same again, but later
    expect(digests()).not.toEqual(before);
  });
});

function recorded(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return folder;
}
