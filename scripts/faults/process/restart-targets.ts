import { isRestartFault, type RestartFault } from '../../../infra/spec/fault.ts';
import { unitFile } from '../../nodes/unit-file.ts';
import { readUnit, tickMs, type UnitReading } from '../units/unit-readings.ts';
import { followsAny, unitsBeside } from '../units/units-beside.ts';
import { unitOf, type Victim } from '../victim/victim.ts';
import type { Asked, TargetMeaning, TargetReader, TargetReadings } from '../watch/target-watch.ts';
import {
  isAtWork,
  isThere,
  isUnitAsBefore,
  runs,
  settleMs,
  unreadUnit,
  untilUnit,
  whyNotRunning,
} from './unit-state.ts';

type Readings = TargetReadings<UnitReading>;

/** Pure: what readings of units mean that end, and begin again together. */
export const restartMeaning: TargetMeaning<RestartFault, UnitReading> = {
  isOf: isRestartFault,
  unread: unreadUnit,
  judge({ withinMs }, readings, all = [readings]) {
    const { before, during, after } = readings;
    const spreadMs = spreadOf(all);
    const why = whyNotDown(before, during) || whyNotTogether(spreadMs, withinMs, all.length);
    const [was, is, left] = [isDown(before) ? 1 : 0, isDown(during) ? 1 : 0, runs(after) ? 0 : 1] as const;
    return {
      ...{ requested: 1, unit: 'bool', n: during.active === '' ? 0 : 1, tolerance: 0, ok: why === '', why },
      measured: { before: was, during: is, after: left },
      samples: { before: [was], during: [is], after: [left] },
      ...(spreadMs === null
        ? {}
        : { together: { requestedMs: withinMs, measuredMs: spreadMs, n: all.length } }),
    };
  },
  whyNotHealed(_fault, { before, after }) {
    const why = whyNotRunning(after);
    if (why !== '' || before.main === null || !isThere(before.main, after)) return why;
    return `its process ${before.main.pid} is that of before: it has not begun again`;
  },
  isAsBefore: isUnitAsBefore,
  goesWith: (now, place) => isAtWork(now) && followsAny(now, place),
};

function isDown({ active, processes }: UnitReading): boolean {
  return active !== '' && active !== 'active' && processes.length === 0;
}

/**
 * Between the first and the last main process that began, by the clock of the one kernel that all nodes have; null where not each
 * of them has a new one.
 */
function spreadOf(all: readonly Readings[]): number | null {
  const began = all.flatMap(({ before, after: { main } }) =>
    main === null || before.main?.startedTicks === main.startedTicks ? [] : [main.startedTicks],
  );
  return began.length < all.length ? null : (Math.max(...began) - Math.min(...began)) * tickMs;
}

function whyNotDown(before: UnitReading, during: UnitReading): string {
  if (before.main === null)
    return `the unit had no main process before (it was ${before.active || 'not seen'})`;
  if (during.active === '') return 'the unit could not be looked at';
  return isDown(during)
    ? ''
    : `it was ${during.active}, with ${during.processes.length} processes, ${settleMs.down} ms after it was told to end`;
}

function whyNotTogether(spreadMs: number | null, withinMs: number, count: number): string {
  return spreadMs === null || spreadMs <= withinMs
    ? ''
    : `the ${count} units began within ${spreadMs} ms of each other, not ${withinMs} ms`;
}

/** Units, read from inside their nodes when they have ended, and when they have begun. */
export class RestartReader implements TargetReader<RestartFault, UnitReading> {
  readonly #victims: readonly Victim[];

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  beside(targets: readonly string[]): readonly string[] {
    return unitsBeside(this.#victims, targets);
  }

  async read(
    target: string,
    { fault, moment }: Asked<RestartFault>,
    signal: AbortSignal,
  ): Promise<UnitReading> {
    const { victim, unit } = unitOf(this.#victims, target);
    const look = async (): Promise<UnitReading> => readUnit(victim.access, unitFile(unit), signal);
    const first = await look();
    if (fault === null) return first;
    if (moment === 'during') return untilUnit(look, first, settleMs.down, isDown, signal);
    return moment === 'after' ? untilUnit(look, first, settleMs.up, runs, signal) : first;
  }
}
