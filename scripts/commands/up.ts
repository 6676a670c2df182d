import { randomBytes } from 'node:crypto';
import { parseDurationMs } from '../../infra/duration.ts';
import { EXIT, UsageError, type ExitCode } from '../../infra/errors.ts';
import { loadPlan } from '../../infra/plan/load-plan.ts';
import { redactorFor } from '../evidence/known-secrets.ts';
import { newRunId, RunFolder } from '../evidence/run-folder.ts';
import { printJson, printResult } from '../output.ts';
import { openProgress } from '../progress/open.ts';
import { raise } from '../rehearsal/raise.ts';
import { imagesReady } from '../setup/images.ts';
import { ensureReady } from '../setup/setup.ts';
import { listenForInterrupts } from '../teardown/interrupt.ts';
import { reapQuietly } from '../teardown/reap.ts';

export interface UpCommand {
  readonly cluster: string;
  readonly seed: number;
  readonly set: Readonly<Record<string, string>>;
  readonly ttl: string;
  readonly json: boolean;
}

/** A cluster that is ready and stays, until `down` or its time is over. */
export async function up({ cluster, seed, set, ttl, json }: UpCommand): Promise<ExitCode> {
  const loaded = loadPlan({ cluster, profiles: [], seed, set, suites: [] });
  const ttlMs = parseDurationMs(ttl);
  if (loaded.plan.conditions.length > 0) {
    throw new UsageError('links', 'the conditions under "links:" are held by `understudy run` alone', {
      hint: 'leave links out of a cluster for `up`',
    });
  }
  const progress = openProgress();
  const stage = await ensureReady(progress);
  await reapQuietly(progress);
  using interrupts = listenForInterrupts();
  await progress.step('images', async () => {
    await imagesReady(stage.engine, loaded, progress, {
      signal: interrupts.signal,
    });
  });
  const runId = newRunId(new Date(), randomBytes(3));
  const folder = RunFolder.create(runId, redactorFor(loaded.plan));
  const handle = await raise({ ...stage, progress, interrupts, loaded, runId, folder, ttlMs });
  if (json) printJson(handle);
  else
    printResult(
      `${runId} is up: ${handle.nodes.map(({ name }) => name).join(', ')}\nenter    understudy exec ${handle.nodes[0]?.name ?? ''} -- bash\nhandle   ${folder.file('handle.json')}\nend      understudy down --run ${runId}`,
    );
  return EXIT.pass;
}
