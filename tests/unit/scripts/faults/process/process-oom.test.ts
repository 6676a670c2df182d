import { describe, expect, test } from '@jest/globals';
import { processMeaning } from '../../../../../scripts/faults/process/process-targets.ts';
import { unitReading, type UnitReading } from '../../../../../scripts/faults/units/unit-readings.ts';
import { starveOut } from '../../../../support/faults.ts';

const unit = (pid: number, oomKills: number): UnitReading => ({
  ...{ active: 'active', main: { pid, startedTicks: pid, state: 'S', files: 1024 } },
  ...{
    processes: [{ pid, startedTicks: pid, state: 'S', files: 1024 }],
    oldestMs: 1_000,
    follows: [],
    oomKills,
    restarts: 0,
  },
});
const before = unit(7, 2);
const judged = (during: UnitReading) =>
  processMeaning.judge(starveOut, { baseline: before, before, during, after: unit(9, 3) });

describe('a process that is ended for want of memory', () => {
  test('is gone, and the kernel counts one more', () => {
    expect(judged(unit(9, 3))).toMatchObject({ ok: true, why: '' });
    expect(judged({ ...unit(9, 3), active: 'failed', main: null, processes: [] }).ok).toBe(true);
  });

  test.each<[string, UnitReading, RegExp]>([
    ['it runs on while the kernel ended another', unit(7, 3), /its process 7 still ran/],
    ['it ended for another reason', unit(9, 2), /counted 0 that it ended/],
    ['it could not be looked at', processMeaning.unread, /could not be looked at/],
  ])('is not when %s', (_what, during, why) => {
    expect(judged(during).ok).toBe(false);
    expect(judged(during).why).toMatch(why);
  });

  test('is counted by the node’s own kernel, where that counts', () => {
    expect(unitReading('ActiveState=active\noom_kill 4\n').oomKills).toBe(4);
    expect(unitReading('ActiveState=active\n').oomKills).toBe(0);
  });
});
