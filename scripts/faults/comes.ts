import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a moment of the schedule, in `nowMs`'s time; false where the suites ended before it came. */
export async function comes(ms: number, nowMs: () => number, ended: AbortSignal): Promise<boolean> {
  try {
    await delay(Math.max(0, ms - nowMs()), undefined, { signal: ended });
    return true;
  } catch {
    return false;
  }
}
