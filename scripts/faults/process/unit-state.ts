import { setTimeout as delay } from 'node:timers/promises';
import type { UnitProcess, UnitReading } from '../units/unit-readings.ts';

const pollMs = 100;
/** For a unit to end where it is told to, and to come up, as systemd lets it by default. */
export const settleMs = { down: 15_000, up: 15_000 } as const;

/** Of a unit that could not be looked at. */
export const unreadUnit: UnitReading = {
  active: '',
  main: null,
  processes: [],
  oldestMs: Infinity,
  follows: [],
  oomKills: 0,
  restarts: 0,
};

/** Pure. */
export function runs(unit: UnitReading): boolean {
  return whyNotRunning(unit) === '';
}

/** Pure. */
export function whyNotRunning({ active, main, processes }: UnitReading): string {
  if (active === '') return 'the unit could not be looked at';
  if (active !== 'active') return `the unit was ${active}`;
  if (main === null) return 'the unit had no main process';
  return processes.some(stands) ? 'some of its processes stood still' : '';
}

/** Pure: it could be looked at, and nothing of it stands still. */
export function isAtWork({ active, processes }: UnitReading): boolean {
  return active !== '' && !processes.some(stands);
}

export function stands({ state }: UnitProcess): boolean {
  return state === 'T';
}

/** Pure: whether that process, and not another one of its number, is among those of the unit. */
export function isThere(
  process: Pick<UnitProcess, 'pid' | 'startedTicks'>,
  { processes }: UnitReading,
): boolean {
  return processes.some(
    ({ pid, startedTicks }) => pid === process.pid && startedTicks === process.startedTicks,
  );
}

/** Pure: of a unit beside the fault. */
export function isUnitAsBefore(before: UnitReading, now: UnitReading): boolean {
  return isAtWork(now) && (before.main === null || isThere(before.main, now));
}

/** The first look that holds, or the last before the deadline. */
export async function untilUnit(
  look: () => Promise<UnitReading>,
  first: UnitReading,
  deadlineMs: number,
  holds: (now: UnitReading) => boolean,
  signal: AbortSignal,
): Promise<UnitReading> {
  const giveUpAt = performance.now() + deadlineMs;
  let now = first;
  while (!holds(now) && performance.now() < giveUpAt) {
    await delay(pollMs, undefined, { signal });
    now = await look();
  }
  return now;
}
