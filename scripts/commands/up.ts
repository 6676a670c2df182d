import { randomBytes } from 'node:crypto';
import { parseDurationMs } from '../../infra/duration.ts';
import { EXIT, UsageError, type ExitCode } from '../../infra/errors.ts';
import type { Handle } from '../../infra/handle.ts';
import { loadPlan } from '../../infra/plan/load-plan.ts';
import { redactorFor } from '../evidence/known-secrets.ts';
import { newRunId, RunFolder } from '../evidence/run-folder.ts';
import { printJson, printMessage, printResult } from '../output.ts';
import type { Difference } from '../parity/difference.ts';
import { differenceCounts, differenceSentence } from '../parity/difference-table.ts';
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

/** A cluster that is ready, compared with its reference, and stays, until `down` or its time is over. */
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
  const { handle, parity } = await raise({ ...stage, progress, interrupts, loaded, runId, folder, ttlMs });
  warnOf(parity ?? [], runId);
  if (json) printJson(handle);
  else printResult(isUp(handle, parity, folder));
  return EXIT.pass;
}

const mostWarnings = 20;

/** A cluster that is up is worth more than none: what would make a run invalid is a warning here. */
function warnOf(parity: readonly Difference[], runId: string): void {
  const blocking = parity.filter((one) => one.class === 'blocking');
  const rest = blocking.length - mostWarnings;
  const warnings = [
    ...blocking.slice(0, mostWarnings).map(differenceSentence),
    ...(rest > 0 ? [`${rest} more differences: understudy parity --run ${runId}`] : []),
  ];
  for (const warning of warnings) printMessage(`warning ${warning}`);
}

function isUp({ runId, nodes }: Handle, parity: readonly Difference[] | null, folder: RunFolder): string {
  return [
    `${runId} is up: ${nodes.map(({ name }) => name).join(', ')}`,
    ...(parity === null ? [] : [`parity   ${differenceCounts(parity)}`]),
    `enter    understudy exec ${nodes[0]?.name ?? ''} -- bash`,
    `handle   ${folder.file('handle.json')}`,
    `end      understudy down --run ${runId}`,
  ].join('\n');
}
