import { describe, expect, test } from '@jest/globals';
import { isHealedBy } from '../../../../support/is-healed.ts';
import type { HurtFault } from '../../../../../infra/spec/fault.ts';
import { processMeaning } from '../../../../../scripts/faults/process/process-targets.ts';
import type { UnitReading } from '../../../../../scripts/faults/units/unit-readings.ts';
import { crashLoop, kill, stop } from '../../../../support/faults.ts';

const unit = (pid: number, parts: Partial<UnitReading> = {}, state = 'S'): UnitReading => {
  const main = { pid, startedTicks: pid, state, files: 1024 };
  const rest = { oldestMs: 60_000, follows: [], oomKills: 0, restarts: 0 };
  return { active: 'active', main, processes: [main], ...rest, ...parts };
};
const down: UnitReading = {
  ...{ active: 'failed', main: null, processes: [], oldestMs: 0, follows: [], oomKills: 0, restarts: 0 },
};
const { unread, judge, isAsBefore, goesWith } = processMeaning;
const isHealed = isHealedBy(processMeaning);
const judged = (fault: HurtFault, during: UnitReading, before = unit(1), after = unit(2)) =>
  judge(fault, { baseline: unit(1), before, during, after });

describe('a kill', () => {
  test('is there when the process that ran before is gone, whether another one runs or none', () => {
    expect(judged(kill, unit(2))).toMatchObject({ ok: true, measured: { before: 0, during: 1, after: 0 } });
    expect(judged(kill, down)).toMatchObject({ ok: true });
  });

  test('is not where it runs on, where there was none, and where nobody could look', () => {
    expect(judged(kill, unit(1))).toMatchObject({ ok: false, why: /process 1 still ran .* after SIGKILL/ });
    expect(judged(kill, down, down)).toMatchObject({ ok: false, why: /no main process before/ });
    expect(judged(kill, unread)).toMatchObject({ ok: false });
    expect(judged(kill, unit(2), unread)).toMatchObject({ ok: false });
  });
});

describe('a crash loop', () => {
  test('is there as long as no process lives longer than it is let', () => {
    expect(judged(crashLoop, unit(2, { oldestMs: 650, restarts: 2 }))).toMatchObject({ ok: true });
    expect(judged(crashLoop, { ...down, restarts: 5 })).toMatchObject({ ok: true });
    expect(judged(crashLoop, unit(2, { oldestMs: 800, restarts: 2 }))).toMatchObject({
      ok: false,
      why: /lived for 800 ms/,
    });
    expect(judged(crashLoop, unit(1, { oldestMs: 0, restarts: 2 }))).toMatchObject({ ok: false });
  });

  test('is none where systemd does not start it again: killed once it is as dead', () => {
    expect(judged(crashLoop, down)).toMatchObject({ ok: false, why: /did not start it again/ });
  });

  test('has healed when the unit lives longer than that', () => {
    const healed = (after: UnitReading): boolean =>
      isHealed(crashLoop, { baseline: unit(1), before: unit(1), during: down, after });
    expect(healed(unit(2, { oldestMs: 900 }))).toBe(true);
    expect(healed(unit(2, { oldestMs: 300 }))).toBe(false);
    expect(healed(down)).toBe(false);
  });
});

describe('a pause', () => {
  test('is there when all processes stand still, and they are those of before', () => {
    expect(judged(stop, unit(1, {}, 'T'))).toMatchObject({ ok: true });
    const half = unit(1, {
      processes: [
        { pid: 1, startedTicks: 1, state: 'T', files: 1024 },
        { pid: 9, startedTicks: 9, state: 'S', files: 1024 },
      ],
    });
    expect(judged(stop, half)).toMatchObject({ ok: false, why: /states "T S", not T/ });
    expect(judged(stop, unit(2, {}, 'T'))).toMatchObject({ ok: false });
    expect(judged(stop, unread)).toMatchObject({ ok: false });
  });

  test('has healed when none stands still', () => {
    const healed = (after: UnitReading): boolean =>
      isHealed(stop, { baseline: unit(1), before: unit(1), during: unit(1, {}, 'T'), after });
    expect(healed(unit(1))).toBe(true);
    expect(healed(unit(1, {}, 'T'))).toBe(false);
    expect(healed(unread)).toBe(false);
  });
});

test('a unit beside it runs on as it did; none stands still or is out of sight', () => {
  expect(isAsBefore(unit(1), unit(1))).toBe(true);
  expect(isAsBefore(unit(1), unit(2))).toBe(false);
  expect(isAsBefore(unit(1), unit(1, {}, 'T'))).toBe(false);
  expect(isAsBefore(down, unit(2))).toBe(true);
  expect(isAsBefore(down, unread)).toBe(false);
});

test('a unit that follows the one that the fault is on goes with it, on that node alone', () => {
  const tied = unit(2, { follows: ['log.service', 'db.service'] });
  const goes = (faulty: string, now = tied): boolean | undefined =>
    goesWith?.(now, { target: 'machine-1:web', faulty: [faulty] });
  expect(goes('machine-1:db')).toBe(true);
  expect(goes('machine-1:cache')).toBe(false);
  expect(goes('machine-2:db')).toBe(false);
  expect(goes('machine-1:db', unread)).toBe(false);
});
