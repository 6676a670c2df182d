import type { Recorder } from '../evidence/recorder.ts';
import type { Findings } from '../verdict/conclude.ts';
import { FaultSession, type FaultStage } from '../faults/session.ts';
import type { Progress } from '../progress.ts';

/** What a fault session finds. */
type Proof = Pick<Findings, 'receipts' | 'leftovers' | 'invalid'>;

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

export async function heal(
  faults: FaultSession,
  recorder: Recorder,
  progress: Progress,
  healed: () => Promise<void>,
): Promise<Proof> {
  return await progress.step('heal, and prove it', async () =>
    recorder.phase('heal', async () => faults.finish(healed)),
  );
}
