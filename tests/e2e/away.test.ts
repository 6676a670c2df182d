import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../infra/places.ts';
import type { Verdict } from '../../scripts/verdict/verdict.ts';
import { rehearsal } from '../support/understudy.ts';

const folder = join(packageRoot, 'tests/support/clusters/away');

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
    ({ verdict } = await rehearsal([...asked, '--control', 'never']));
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

  test('have their disks as they left them', () => {
    const log = readFileSync(join(verdict.runFolder, 'nodes/left-1/container.log'), 'utf8');
    expect(log.match(/start \d/g)).toEqual(['start 1', 'start 2', 'start 3']);
  });
});
