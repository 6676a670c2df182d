import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allotmentOf, engineUpdate } from '../../../../scripts/nodes/machine.ts';

/** As the engine keeps what a container was told: what is named, and what is not named as it was. */
const told = (kept: Parameters<typeof engineUpdate>[1], part: Parameters<typeof engineUpdate>[0]) => ({
  ...kept,
  ...engineUpdate(part, kept),
});

const hundredths = fc.integer({ min: 5, max: 6_400 }).map((part) => part / 100);
/** Processors that nobody set; those that were set as such; a quota. */
const kept = fc.oneof(
  fc.constant({}),
  hundredths.map((cpus) => ({ NanoCpus: Math.round(cpus * 1e9) })),
  hundredths.map((cpus) => ({ CpuQuota: Math.round(cpus * 100_000), CpuPeriod: 100_000 })),
);

describe('what a container may use', () => {
  test('is what it is told, and afterwards again what it had, whatever that was', () => {
    fc.assert(
      fc.property(kept, hundredths, (had, cpus) => {
        const before = allotmentOf(had);
        const limited = told(had, { cpus });
        expect(allotmentOf(limited).cpus).toBeCloseTo(cpus, 5);
        expect(allotmentOf(told(limited, before))).toEqual(before);
      }),
    );
  });

  test('is said in one way, never both: the engine refuses that', () => {
    fc.assert(
      fc.property(kept, hundredths, (had, cpus) => {
        const { NanoCpus = 0, CpuQuota = 0 } = told(had, { cpus });
        expect(NanoCpus > 0 && CpuQuota > 0).toBe(false);
      }),
    );
  });

  test('is not taken for none by what the engine ignores', () => {
    expect(engineUpdate({ cpus: null }, { CpuQuota: 25_000 })).toEqual({ CpuQuota: -1 });
    expect(engineUpdate({}, {})).toEqual({});
  });

  test('has the engine’s own period where none was set', () => {
    expect(allotmentOf({ CpuQuota: 50_000, CpuPeriod: 0 })).toEqual({ cpus: 0.5 });
  });
});
