import { describe, expect, test } from '@jest/globals';
import { isHealedBy } from '../../../../support/is-healed.ts';
import {
  unitSettingMeaning,
  type UnitSettingReading,
} from '../../../../../scripts/faults/environment/unit-setting-meaning.ts';
import type { UnitStart } from '../../../../../scripts/faults/units/unit-starts.ts';
import { noNewPrivileges, umask, variable } from '../../../../support/faults.ts';

const asked = variable('asked');
const { judge, isAsBefore, goesWith, unread } = unitSettingMeaning;
const isHealed = isHealedBy(unitSettingMeaning);

const given = (pid: number, parts: Partial<UnitStart> = {}): UnitStart => ({
  ...{ pid, startedTicks: pid * 10, umask: 0o22, noNewPrivileges: false, value: 'own' },
  ...parts,
});

/** A unit whose main process is the last that was started, or which has none. */
function reading(starts: readonly UnitStart[], active = 'active'): UnitSettingReading {
  const last = starts.at(-1);
  const main =
    active === 'active' && last !== undefined
      ? { pid: last.pid, startedTicks: last.startedTicks, state: 'S', files: 1024 }
      : null;
  const processes = main === null ? [] : [main];
  return { unit: { active, main, processes, oldestMs: 5, follows: [], oomKills: 0, restarts: 0 }, starts };
}

const before = reading([given(1)]);
const during = reading([given(1), given(2, { value: 'asked' })]);
const after = reading([given(3)]);
const readings = { baseline: before, before, during, after };

describe('a variable is changed', () => {
  test('when the process that came for the one before was given it', () => {
    expect(judge(asked, readings)).toMatchObject({
      ok: true,
      measured: { before: 0, during: 1, after: 0 },
      why: '',
    });
    expect(isHealed(asked, readings)).toBe(true);
  });

  test('and not when nothing was done, or the unit was started as it was', () => {
    expect(judge(asked, { ...readings, during: before })).toMatchObject({
      ok: false,
      why: expect.stringContaining('not started anew'),
    });
    expect(judge(asked, { ...readings, during: reading([given(1), given(2)]) })).toMatchObject({
      ok: false,
      why: expect.stringContaining('given otherwise'),
    });
  });

  test('and not while the process that ran before still does', () => {
    const beside = reading([given(1), given(2, { value: 'asked' })]);
    const both = {
      ...beside,
      unit: { ...beside.unit, processes: [...before.unit.processes, ...beside.unit.processes] },
    };
    expect(judge(asked, { ...readings, during: both })).toMatchObject({
      ok: false,
      why: 'the process that ran before still does',
    });
  });

  test('for a unit that does not come up with it, by the last process that was tried', () => {
    const tried = [given(1), given(2, { value: 'asked' }), given(3, { value: 'asked' })];
    expect(judge(asked, { ...readings, during: reading(tried, 'failed') }).ok).toBe(true);
    const otherwise = [given(1), given(2, { value: 'asked' }), given(3)];
    expect(judge(asked, { ...readings, during: reading(otherwise, 'failed') }).ok).toBe(false);
    expect(judge(asked, { ...readings, during: reading([given(1)], 'failed') }).ok).toBe(false);
  });

  test('and not where it had that value already', () => {
    const had = reading([given(1, { value: 'asked' })]);
    const now = reading([given(1, { value: 'asked' }), given(2, { value: 'asked' })]);
    expect(judge(asked, { ...readings, before: had, during: now })).toMatchObject({
      ok: false,
      why: 'KIND had that value before the fault as well',
    });
  });

  test('where a program writes over its environment, if what it is given afterwards is something else', () => {
    const hidden = reading([given(1, { value: undefined })]);
    expect(judge(asked, { ...readings, before: hidden }).ok).toBe(true);
    const still = reading([given(3, { value: 'asked' })]);
    expect(judge(asked, { ...readings, before: hidden, after: still }).ok).toBe(false);
    expect(judge(asked, { ...readings, before: hidden, after: unread }).ok).toBe(false);
    expect(isHealed(asked, { ...readings, before: hidden, after: still })).toBe(false);
  });

  test('and has healed only when the unit runs with the value that it had', () => {
    for (const left of [during, reading([given(3, { value: null })]), reading([given(3)], 'failed'), unread])
      expect(isHealed(asked, { ...readings, after: left })).toBe(false);
  });
});

test('a variable is unset when it was set, and is not', () => {
  const unset = { ...variable(''), value: undefined, unset: true } as const;
  const without = reading([given(1), given(2, { value: null })]);
  expect(judge(unset, { ...readings, during: without }).ok).toBe(true);
  expect(judge(unset, { ...readings, during: reading([given(1), given(2, { value: '' })]) }).ok).toBe(false);
  expect(
    judge(unset, { ...readings, before: reading([given(1, { value: null })]), during: without }).ok,
  ).toBe(false);
});

test.each([
  [umask, { umask: 0o77 }],
  [noNewPrivileges, { noNewPrivileges: true }],
] as const)('$kind holds and heals by what the kernel has of the new process', (fault, now) => {
  const held = { ...readings, during: reading([given(1), given(2, now)]) };
  expect(judge(fault, held)).toMatchObject({ ok: true, measured: { before: 0, during: 1, after: 0 } });
  expect(isHealed(fault, held)).toBe(true);
  expect(isHealed(fault, { ...held, after: reading([given(3, now)]) })).toBe(false);
  expect(judge(fault, { ...readings, during: reading([given(1), given(2)]) }).ok).toBe(false);
  const had = reading([given(1, now)]);
  expect(judge(fault, { ...held, before: had }).ok).toBe(false);
});

test('what was not read holds for nothing', () => {
  const nothing = { baseline: unread, before: unread, during: unread, after: unread };
  expect(judge(asked, nothing)).toMatchObject({ ok: false, n: 0 });
  expect(isHealed(asked, nothing)).toBe(false);
  expect(isAsBefore(before, unread)).toBe(false);
});

test('a bystander must go on by the same process, unless it follows the one that the fault is on', () => {
  const again = reading([given(2)]);
  expect(isAsBefore(before, before)).toBe(true);
  expect(isAsBefore(before, again)).toBe(false);
  const tied = { ...again, unit: { ...again.unit, follows: ['db.service'] } };
  expect(goesWith?.(tied, { target: 'machine-1:web', faulty: ['machine-1:db'] })).toBe(true);
  expect(goesWith?.(tied, { target: 'machine-1:web', faulty: ['machine-1:cache'] })).toBe(false);
});
