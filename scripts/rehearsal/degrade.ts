import type { Recorder } from '../evidence/recorder.ts';
import type { Receipt } from '../verdict/receipt.ts';
import { FaultSession, type FaultStage } from '../faults/session.ts';
import type { Progress } from '../progress.ts';

/** What a fault session ends with. */
export interface Proof {
  readonly receipts: readonly Receipt[];
  readonly leftovers: readonly string[];
  /** Reasons why the result cannot be trusted, beside receipts and leftovers. */
  readonly invalid: readonly string[];
}

export const nothingProven: Proof = { receipts: [], leftovers: [], invalid: [] };

/** Side-cars and leases in place, everything measured as it is. Nothing is injected before the trial holds the session. */
export async function arm(faultStage: FaultStage, progress: Progress): Promise<FaultSession> {
  const { recorder } = faultStage;
  return await progress.step('measure the nodes before any fault', async () =>
    recorder.phase('arm', async () => FaultSession.open(faultStage)),
  );
}

/** What lasts the whole run, injected and measured. */
export async function degrade(faults: FaultSession, recorder: Recorder, progress: Progress): Promise<void> {
  await progress.step('inject what lasts the whole run, and measure it', async () =>
    recorder.phase('inject', async () => {
      await faults.injectWholeRun();
    }),
  );
}

/** The schedule runs beside the suites and ends with them. */
export async function underSchedule<T>(faults: FaultSession, suites: () => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const schedule = faults.runSchedule(ended.signal);
  schedule.catch(() => undefined); // awaited below; until then it is nobody's
  try {
    return await suites();
  } finally {
    ended.abort();
    await schedule;
  }
}

export async function heal(faults: FaultSession, recorder: Recorder, progress: Progress): Promise<Proof> {
  return await progress.step('heal, and prove it', async () =>
    recorder.phase('heal', async () => faults.finish()),
  );
}
