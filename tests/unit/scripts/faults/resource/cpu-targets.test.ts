import { describe, expect, test } from '@jest/globals';
import { isHealedBy } from '../../../../support/is-healed.ts';
import {
  cpuReading,
  unreadCpu,
  type CpuReading,
} from '../../../../../scripts/faults/resource/cpu-readings.ts';
import { cpuMeaning } from '../../../../../scripts/faults/resource/cpu-targets.ts';
import { starve } from '../../../../support/faults.ts';

/** What a node's kernel prints at two moments, of cgroup v1. */
function looks(ms: number, used: number, throttled: number, periods: number): string {
  return [
    `at ${ms / 10}`,
    `/sys/fs/cgroup/cpuacct/cpuacct.usage:${used * 1e6}`,
    `/sys/fs/cgroup/cpu/cpu.stat:nr_periods ${periods * 2}`,
    `/sys/fs/cgroup/cpu/cpu.stat:nr_throttled ${periods}`,
    `/sys/fs/cgroup/cpu/cpu.stat:throttled_time ${throttled * 1e6}`,
    '',
  ].join('\n');
}

describe('what a busy node got', () => {
  test('is its own work, and its own standing still, by the time that went by', () => {
    const text = looks(5_000, 800, 100, 3) + looks(6_000, 1_050, 850, 13);
    expect(cpuReading(text)).toEqual({ share: 0.25, held: 0.75, periods: 10 });
  });

  test('is counted by cgroup v2 in other words', () => {
    const at = (hundredths: number, used: number, throttled: number, periods: number): string =>
      `at ${hundredths}\n/sys/fs/cgroup/cpu.stat:usage_usec ${used}\n/sys/fs/cgroup/cpu.stat:nr_throttled ${periods}\n/sys/fs/cgroup/cpu.stat:throttled_usec ${throttled}\n`;
    expect(cpuReading(at(100, 0, 0, 0) + at(150, 100_000, 400_000, 5))).toEqual({
      share: 0.2,
      held: 0.8,
      periods: 5,
    });
  });

  test('is nothing where nothing could be counted', () => {
    expect(cpuReading('at 100\nat 200\n').share).toBe(-1);
    expect(cpuReading('')).toEqual(unreadCpu);
  });
});

const free: CpuReading = { share: 0.99, held: 0, periods: 0 };
const quarter: CpuReading = { share: 0.25, held: 0.75, periods: 10 };
const readings = (before: CpuReading, during: CpuReading, after = before) => ({
  ...{ baseline: before, before, during, after },
});
const judged = (before: CpuReading, during: CpuReading) =>
  cpuMeaning.judge(starve(0.25), readings(before, during));

describe('a quarter of a processor', () => {
  test('is there when the node got that much and stood still for the rest', () => {
    expect(judged(free, quarter)).toMatchObject({
      ...{ ok: true, why: '', requested: 0.25, unit: 'ratio', n: 10 },
      measured: { before: 0.99, during: 0.25 },
    });
  });

  test.each<[string, CpuReading, CpuReading, RegExp]>([
    ['nothing was done', free, free, /got 99 % of a processor/],
    ['less was left', free, { ...quarter, share: 0.1, held: 0.9 }, /got 10 % of a processor/],
    ['others took the processor', free, { share: 0.25, held: 0, periods: 0 }, /others got more/],
    ['it had no more before', quarter, quarter, /no more than 25 % before/],
    ['it could not be read', free, unreadCpu, /could not be read/],
  ])('is not there when %s', (_what, before, during, why) => {
    const receipt = judged(before, during);
    expect(receipt.ok).toBe(false);
    expect(receipt.why).toMatch(why);
  });

  test('is there on a host so busy that the node got no more before either, but for another reason', () => {
    expect(judged({ share: 0.2, held: 0, periods: 0 }, { share: 0.25, held: 0.5, periods: 8 }).ok).toBe(true);
    expect(judged({ share: 0.2, held: 0, periods: 0 }, { share: 0.23, held: 0, periods: 0 }).ok).toBe(false);
  });

  test('is there on a node that has half of one by itself', () => {
    expect(judged({ share: 0.5, held: 0.5, periods: 4 }, quarter).ok).toBe(true);
  });
});

describe('its heal', () => {
  const healed = (before: CpuReading, after: CpuReading): boolean =>
    isHealedBy(cpuMeaning)(starve(0.25), readings(before, quarter, after));

  test('is that the node gets more, and stands still no more than before', () => {
    expect(healed(free, free)).toBe(true);
    expect(healed(free, { share: 0.6, held: 0, periods: 0 })).toBe(true);
  });

  test.each<[string, CpuReading, CpuReading]>([
    ['nothing was undone', free, quarter],
    ['too little was given back', free, { share: 0.6, held: 0.4, periods: 4 }],
    [
      'nothing was undone of what had half of a processor',
      { share: 0.5, held: 0.5, periods: 4 },
      { share: 0.25, held: 0.74, periods: 4 },
    ],
    ['others leave so little that nothing shows', free, { share: 0.2, held: 0, periods: 0 }],
    ['it could not be read', free, unreadCpu],
  ])('is not proven when %s', (_what, before, after) => {
    expect(healed(before, after)).toBe(false);
  });
});

test('a node beside it works, and stands still no more than it did', () => {
  expect(cpuMeaning.isAsBefore(free, { share: 0.3, held: 0, periods: 0 })).toBe(true);
  expect(cpuMeaning.isAsBefore(free, quarter)).toBe(false);
  expect(cpuMeaning.isAsBefore(free, unreadCpu)).toBe(false);
});
