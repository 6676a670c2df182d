import { InterruptedError } from '../../infra/errors.ts';
import { listenForInterrupts } from '../../scripts/teardown/interrupt.ts';

/** One after the other, until Ctrl-C. Resolves with whether that came; what `work` throws for another reason is thrown. */
export async function untilInterrupted<T>(
  all: readonly T[],
  work: (one: T, signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  using interrupts = listenForInterrupts();
  const { signal } = interrupts;
  try {
    for (const one of all) {
      signal.throwIfAborted();
      await work(one, signal);
    }
  } catch (error) {
    if (!(signal.reason instanceof InterruptedError)) throw error;
  }
  return signal.aborted;
}
