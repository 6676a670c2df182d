import { beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { packageRoot } from '../../../infra/places.ts';
import type { Verdict } from '../../../scripts/verdict/verdict.ts';
import { startRehearsal } from '../../support/live-run.ts';

const folder = join(packageRoot, 'tests/support/clusters/away');

/** Told to end, it takes longer than all else on the machine, and is no child of its first process. */
const endsSlowly = 'trap "sleep 1; exit" TERM; while :; do sleep 0.1; done';

describe('nodes that are taken away while a suite runs', () => {
  let verdict: Verdict;
  beforeAll(async () => {
    const asked = [
      join(folder, 'cluster.yaml'),
      '--profile',
      join(folder, 'profile.yaml'),
      '--suite',
      'wait',
    ];
    const run = await startRehearsal([...asked, '--control', 'never']);
    await run.event('"node":"machine-1","state":"ready"');
    await execa('docker', ['exec', '--detach', run.container('machine-1'), 'sh', '-c', endsSlowly]);
    ({ verdict } = await run.ended());
  });

  test('come back as they were, with what was in force on their links, and nothing is left', () => {
    expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
    expect({ leftovers: verdict.leftovers, residue: verdict.residue }).toEqual({
      leftovers: [],
      residue: [],
    });
  });

  test('have a receipt for each time, in its own window', () => {
    const times = verdict.receipts
      .filter(({ kind }) => kind.startsWith('node.'))
      .map(({ fault, target, measured, ok, healedOk }) => ({ fault, target, measured, ok, healedOk }));
    const held = { measured: { before: 0, during: 1, after: 0 }, ok: true, healedOk: true };
    expect(times).toEqual([
      { fault: 'away/power-loss/1', target: 'left-1', ...held },
      { fault: 'away/power-loss/2', target: 'left-1', ...held },
      { fault: 'away/maintenance', target: 'machine-1', ...held },
      { fault: 'away/stall', target: 'right-1', ...held },
    ]);
  });

  test('are down when the last process on them is, whoever started that', () => {
    const [reboot] = verdict.receipts.filter(({ kind }) => kind === 'node.reboot');
    expect(reboot?.injectTookMs).toBeGreaterThan(1000);
    expect(reboot?.injectTookMs).toBeLessThan(5000);
  });

  test('have their disks as they left them', () => {
    const log = readFileSync(join(verdict.runFolder, 'nodes/left-1/container.log'), 'utf8');
    expect(log.match(/start \d/g)).toEqual(['start 1', 'start 2', 'start 3']);
  });
});
