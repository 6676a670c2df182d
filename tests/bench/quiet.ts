import { availableParallelism } from 'node:os';
import { busyRatio } from './cpu.ts';

const windowMs = 400;
const quietBelow = 0.08;
const deadlineMs = 8_000;

/**
 * Waits until nothing much else runs, what the last contender left behind in the engine included. Gives up after 8 s:
 * the share that was in use then is kept beside the figures, so that they can be judged.
 */
export async function untilQuiet(signal: AbortSignal): Promise<number> {
  const giveUpAt = performance.now() + deadlineMs;
  for (;;) {
    signal.throwIfAborted();
    const busy = await busyRatio(windowMs, availableParallelism());
    if (busy < quietBelow || performance.now() > giveUpAt) return Number(busy.toFixed(3));
  }
}
