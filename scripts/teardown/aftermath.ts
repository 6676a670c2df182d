import { RunFolder } from '../evidence/run-folder.ts';
import { redactorOf } from '../evidence/secret-lines.ts';
import { recordAbort } from './abort-record.ts';
import { connectRunEngine } from './run-engine.ts';
import { saveLastEvidence } from './last-evidence.ts';
import { killRunProcesses, lateMakersMs, tearDown } from './tear-down.ts';

export interface Aftermath {
  readonly runId: string;
  readonly stack: string;
  readonly runFolder: string;
  /** What the controller told its watcher: the run's secrets. */
  readonly said: string;
}

/** Part of the 30 s in which nothing may be left after a SIGKILL. */
const sweepMs = 20_000;

/**
 * What the watcher does when the controller died: ends what still works for the run, saves what evidence it can,
 * removes everything until nothing new has come for 3 s (the engine may still be creating what it was asked for), and
 * leaves `aborted.json` and a report in the run folder. Residue keeps the lease, so that the next command's reaper goes on.
 */
export async function afterController({ runId, stack, runFolder, said }: Aftermath): Promise<void> {
  const began = new Date();
  const killed = await killRunProcesses(runId);
  const engine = await connectRunEngine();
  const folder = new RunFolder(runFolder, redactorOf(said));
  const evidence = await saveLastEvidence({ docker: engine.docker, runId, folder });
  const residue = await tearDown({
    engine,
    runId,
    stack,
    runFolder,
    deadlineMs: sweepMs,
    settleMs: lateMakersMs,
  });
  recordAbort(folder, {
    schema: 1,
    runId,
    why: 'the controller died without releasing its watcher',
    noticed: began.toISOString(),
    finished: new Date().toISOString(),
    killed,
    ...evidence,
    residue,
  });
}
