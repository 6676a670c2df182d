import { describe, expect, test } from '@jest/globals';
import { isHealedBy } from '../../../../support/is-healed.ts';
import fc from 'fast-check';
import { restartMeaning } from '../../../../../scripts/faults/process/restart-targets.ts';
import { unreadUnit } from '../../../../../scripts/faults/process/unit-state.ts';
import { tickMs, type UnitReading } from '../../../../../scripts/faults/units/unit-readings.ts';
import type { TargetReadings } from '../../../../../scripts/faults/watch/target-watch.ts';
import { herd } from '../../../../support/faults.ts';

const unit = (startedTicks: number): UnitReading => {
  const main = { pid: 7, startedTicks, state: 'S', files: 1024 };
  return { ...unreadUnit, active: 'active', main, processes: [main], oldestMs: 60_000 };
};
const down: UnitReading = { ...unreadUnit, active: 'inactive', oldestMs: 0 };
const readings = (parts: Partial<TargetReadings<UnitReading>> = {}): TargetReadings<UnitReading> => ({
  ...{ baseline: unit(1), before: unit(1), during: down, after: unit(900), ...parts },
});
const judged = (one: TargetReadings<UnitReading>, others: readonly TargetReadings<UnitReading>[] = []) =>
  restartMeaning.judge(herd, one, [one, ...others]);

describe('units that begin together', () => {
  test('are down meanwhile, and have begun within that time of each other', () => {
    expect(judged(readings(), [readings({ after: unit(950) })])).toMatchObject({
      ...{ ok: true, measured: { before: 0, during: 1, after: 0 } },
      together: { requestedMs: 500, measuredMs: 500, n: 2 },
    });
    expect(judged(readings(), [readings({ after: unit(951) })])).toMatchObject({
      ...{ ok: false, why: 'the 2 units began within 510 ms of each other, not 500 ms' },
    });
  });

  test('are not where one ran on, was not there before, or could not be looked at', () => {
    expect(judged(readings({ during: unit(1) }))).toMatchObject({
      ok: false,
      why: /was active, with 1 processes/,
    });
    expect(judged(readings({ before: down }))).toMatchObject({ ok: false, why: /no main process before/ });
    expect(judged(readings({ during: unreadUnit })).ok).toBe(false);
  });

  test('have not begun where one is down, or is the one that was there before: that is no heal', () => {
    const isHealed = (after: UnitReading): boolean => isHealedBy(restartMeaning)(herd, readings({ after }));
    expect([isHealed(unit(900)), isHealed(down), isHealed(unit(1))]).toEqual([true, false, false]);
    expect(judged(readings(), [readings({ after: down })]).together).toBeUndefined();
  });

  test('are as far from each other as the first and the last of them, whichever is looked at', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 2, max: 10_000 }), { minLength: 1, maxLength: 20 }), (began) => {
        const all = began.map((ticks) => readings({ after: unit(ticks) }));
        const spreadMs = (Math.max(...began) - Math.min(...began)) * tickMs;
        for (const one of all) {
          const { ok, together } = restartMeaning.judge(herd, one, all);
          expect({ ok, measuredMs: together?.measuredMs }).toEqual({
            ok: spreadMs <= herd.withinMs,
            measuredMs: spreadMs,
          });
        }
      }),
    );
  });
});
