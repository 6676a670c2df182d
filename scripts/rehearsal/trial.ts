import type Docker from 'dockerode';
import { engineEndpoint } from '../../infra/components/docker/engine.ts';
import { HostError, UnderstudyError, messageOf } from '../../infra/errors.ts';
import type { HeldMemory } from '../../infra/plan/memory-limits.ts';
import type { BoundPlan, LoadedPlan } from '../../infra/plan/plan.ts';
import { RunEvidence } from '../evidence/run-evidence.ts';
import type { Golden } from '../suite/suite-run.ts';
import { CleanupStack, type UndoFailure } from '../teardown/cleanup-stack.ts';
import { keepLease } from '../teardown/lease-store.ts';
import { conclude, type Findings } from '../verdict/conclude.ts';
import { withDeadline } from '../with-deadline.ts';
import type { BegunTrial } from './begun-trial.ts';
import { endedNodes } from './ended-nodes.ts';
import { holdRun, takeDown, type HeldRun } from './held-run.ts';
import { nothingFound, nothingHappened } from './nothing-happened.ts';
import { NotReadyError } from './readiness.ts';
import type { Stage } from './stage.ts';
import { undergo, type Found } from './undergo.ts';

export interface TrialRequest {
  readonly loaded: LoadedPlan;
  readonly keep: 'always' | 'on-failure' | 'never';
  readonly golden: Golden;
  readonly pcap: boolean;
}

/** What was found in one cluster. A node that is down is a finding, not a failure. */
export interface Trial extends BegunTrial, Omit<Findings, 'control'> {
  readonly residue: readonly string[];
  /** What nodes held at most while suites ran, where no fault was planned. */
  readonly memoryHeld: HeldMemory;
  /** What ended it before its time; null where it ran to its end. */
  readonly failure: unknown;
}

const keptForMs = 4 * 3_600_000;
/** When `reap` may take what is left of a run whose lease record is gone, with its checkout for one. */
const forgottenAfterMs = 24 * 3_600_000;
const pingDeadlineMs = 5_000;

/**
 * One cluster from nothing to nothing: up, ready, faults in, suites, faults out, evidence kept, down. Whatever goes
 * wrong on the way, evidence is collected and the cluster taken down, and what went wrong is part of the result.
 */
export async function perform(begun: BegunTrial, request: TrialRequest, stage: Stage): Promise<Trial> {
  const { runId, folder } = begun;
  try {
    const held = await holdRun({
      runId,
      loaded: request.loaded,
      engine: stage.engine,
      folder,
      maxTtlMs: forgottenAfterMs,
    });
    return await performHeld(held, begun, request, stage);
  } catch (error) {
    return { ...nothingHappened(begun), failure: error };
  }
}

async function performHeld(
  { bound, watcher }: HeldRun,
  begun: BegunTrial,
  { keep, golden, pcap }: TrialRequest,
  stage: Stage,
): Promise<Trial> {
  const { runId, folder, recorder } = begun;
  const { engine, toolbox, interrupts } = stage;
  const { signal } = interrupts;
  const evidence = new RunEvidence({ engine, bound, toolbox, folder, recorder });
  const opened = new CleanupStack();
  const found: Found = {
    ...nothingFound,
    nodes: new Map(),
    memoryHeld: {},
    away: () => new Set(),
    wake: async () => Promise.resolve(),
    endInvariants: async () => Promise.resolve(),
  };
  let failure: unknown = null;
  try {
    await undergo(found, { ...begun, bound, stage, golden, pcap, evidence, opened });
  } catch (error) {
    failure = signal.aborted ? signal.reason : await whyItFailed(error, found, begun, engine);
  }
  // The first to be done, last named first; each is, whatever became of the others, and then everything is taken down.
  opened.add('saving the evidence', async () =>
    stage.progress.step('save the evidence', async () =>
      recorder.phase('collect', async () => evidence.collect(interrupts.skipCollecting)),
    ),
  );
  opened.add('setting nodes going again that stand still', async () => found.wake());
  opened.add('no longer asking for invariants', async () => found.endInvariants());
  opened.add('writing the receipts', () => {
    folder.writeJson('receipts.json', found.receipts);
  });
  found.invalid = [...found.invalid, ...(await opened.unwind()).map(sentenceOf)];

  const failed = failure !== null || conclude({ ...found, control: null }).verdict !== 'pass';
  const kept = !signal.aborted && (keep === 'always' || (keep === 'on-failure' && failed));
  const cutShort = failure !== null || found.down.length > 0 || signal.aborted;
  const residue = kept ? [] : await takenDown(bound, begun, stage, cutShort);
  const closing = new CleanupStack();
  closing.add('letting the watcher go', async () => watcher.release());
  if (kept)
    closing.add('keeping the cluster', () => {
      keepLease(runId, `--keep ${keep}`, new Date(Date.now() + keptForMs).toISOString());
    });
  found.invalid = [...found.invalid, ...(await closing.unwind()).map(sentenceOf)];
  return { ...begun, ...found, residue, failure: failure ?? (signal.aborted ? signal.reason : null) };
}

/**
 * What ended a trial before its time; null where that is a finding: a node that is not ready, or one that ended, of which
 * the error is but a consequence.
 */
async function whyItFailed(
  error: unknown,
  found: Found,
  { folder }: BegunTrial,
  engine: Docker,
): Promise<unknown> {
  if (error instanceof NotReadyError) {
    found.down = [error.reason];
    return null;
  }
  const away = found.away();
  const others = new Map([...found.nodes].filter(([node]) => !away.has(node)));
  const ended = await endedNodes(others, (text) => folder.redactor.text(text)).catch(() => null);
  if (ended === null || ended.size === 0) return await withEngineGone(error, engine);
  found.down = [...ended.values()];
  found.invalid = [...found.invalid, `it went no further than that: ${messageOf(error)}`];
  return null;
}

/** An error that is none of ours means something else where the engine has gone meanwhile. */
async function withEngineGone(error: unknown, engine: Docker): Promise<unknown> {
  if (error instanceof UnderstudyError) return error;
  try {
    await withDeadline('the engine', pingDeadlineMs, engine.ping());
    return error;
  } catch (gone) {
    const { url } = engineEndpoint();
    return new HostError(
      'engine-gone',
      `the Docker Engine at ${url} does not answer any more: ${messageOf(gone)}`,
      {
        hint: 'what is left of the run is taken down by the next command, once the engine answers again',
        cause: error,
      },
    );
  }
}

async function takenDown(
  bound: BoundPlan,
  { folder, recorder }: BegunTrial,
  { engine, progress }: Stage,
  wasCutShort: boolean,
): Promise<readonly string[]> {
  const work = async (): Promise<readonly string[]> => takeDown(bound, engine, folder, { wasCutShort });
  try {
    return await progress.step('take everything down', async () => recorder.phase('teardown', work));
  } catch {
    // A story that can no longer be written, on a full disk for one, must not keep the cluster up.
    return await work();
  }
}

function sentenceOf({ name, error }: UndoFailure): string {
  return `${name} did not work: ${messageOf(error)}`;
}
