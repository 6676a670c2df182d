import { dirname } from 'node:path';
import type Docker from 'dockerode';
import { engineEndpoint } from '../../infra/components/docker/engine.ts';
import { HostError, UnderstudyError, messageOf } from '../../infra/errors.ts';
import type { BoundPlan, LoadedPlan } from '../../infra/plan/plan.ts';
import { RunEvidence } from '../evidence/run-evidence.ts';
import { faultsOf, type FaultSession } from '../faults/session.ts';
import type { Difference } from '../parity/difference.ts';
import type { SuiteOutcome } from '../suite/outcome.ts';
import { runSuites } from '../suite/run-suites.ts';
import type { Golden } from '../suite/suite-run.ts';
import { CleanupStack, type UndoFailure } from '../teardown/cleanup-stack.ts';
import { keepLease } from '../teardown/lease-store.ts';
import type { BegunTrial } from './begun-trial.ts';
import { bringUp } from './bring-up.ts';
import { compareNodes } from './compare-nodes.ts';
import { conclude, type Findings } from '../verdict/conclude.ts';
import { arm, degrade, heal, nothingProven, underSchedule, type Proof } from './degrade.ts';
import { Forwards, forwardsOf } from './forwards.ts';
import { handleOf } from '../../infra/components/docker/handle.ts';
import { holdRun, takeDown, type HeldRun } from './held-run.ts';
import { nothingHappened } from './nothing-happened.ts';
import { NotReadyError } from './readiness.ts';
import type { Stage } from './stage.ts';
import { withDeadline } from '../with-deadline.ts';

export interface TrialRequest {
  readonly loaded: LoadedPlan;
  readonly keep: 'always' | 'on-failure' | 'never';
  readonly golden: Golden;
}

/** What was found in one cluster. A node that did not become ready is a finding, not a failure. */
export interface Trial extends BegunTrial, Omit<Findings, 'control'> {
  readonly residue: readonly string[];
  /** What ended it before its time; null where it ran to its end. */
  readonly failure: unknown;
}

const keptForMs = 4 * 3_600_000;
/** When `reap` may take what is left of a run whose lease record is gone, with its checkout for one. */
const forgottenAfterMs = 24 * 3_600_000;
/** A side-car undoes what it holds within ten seconds of the end of its input, or goes with its node. */
const closeDeadlineMs = 15_000;
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
  { loaded, keep, golden }: TrialRequest,
  stage: Stage,
): Promise<Trial> {
  const { runId, folder, recorder } = begun;
  const { signal } = stage.interrupts;
  const result: {
    suites: readonly SuiteOutcome[];
    parity: readonly Difference[];
    proof: Proof;
    unready: readonly string[];
    failure: unknown;
  } = {
    suites: [],
    parity: [],
    proof: nothingProven,
    unready: [],
    failure: null,
  };

  const { engine, toolbox } = stage;
  const evidence = new RunEvidence({ engine, bound, toolbox, folder, recorder });
  const ended = new AbortController();
  const opened = new CleanupStack();
  opened.add('keeping nodes cut off', () => {
    ended.abort();
  });
  try {
    const forwards = await Forwards.reserve(forwardsOf(loaded.plan));
    opened.add('closing the forwards', () => {
      forwards.close();
    });
    const handle = handleOf(bound, forwards.list);
    folder.writeJson('handle.json', handle);
    await evidence.open();
    const { nodes, recorded } = await bringUp(bound, begun, stage, ended.signal);
    result.parity = await compareNodes(loaded, nodes, begun, stage);
    forwards.open(nodes);
    let faults: FaultSession | null = null;
    if (faultsOf(bound).length > 0) {
      const session = await arm(
        {
          engine: stage.engine,
          bound,
          nodes,
          toolbox: stage.toolbox,
          abilities: stage.abilities,
          recorder,
          signal,
          driver: stage.faultDriver,
        },
        stage.progress,
      );
      opened.add('ending the leases of the faults', async () =>
        withDeadline('the side-cars', closeDeadlineMs, session.close()),
      );
      await degrade(session, recorder, stage.progress);
      faults = session;
    }
    const session = faults;
    const suites = async (): Promise<readonly SuiteOutcome[]> =>
      runSuites({
        suites: loaded.plan.suites,
        handle,
        // Suites need what evidence must not hold: it lies in the folder that goes with the run.
        handleFile: folder.writeClear('tmp/handle.json', handle),
        nodes,
        folder,
        processes: evidence.processes,
        recorder,
        specFolder: dirname(loaded.specFile),
        golden,
        signal,
      });
    const title = `run ${loaded.plan.suites.map(({ name }) => name).join(', ') || 'no suite'}`;
    result.suites = await stage.progress.step(title, async () =>
      recorder.phase('suite', async () => (session === null ? suites() : underSchedule(session, suites))),
    );
    if (session !== null) result.proof = await heal(session, recorder, stage.progress);
    // Pulumi waits for its own network resource long after the nodes run; whatever it still finds wrong counts.
    await recorded;
  } catch (error) {
    if (signal.aborted) result.failure = signal.reason;
    else if (error instanceof NotReadyError) result.unready = [error.reason];
    else result.failure = await whyItFailed(error, stage.engine);
  }
  // The first to be done, last named first; each is, whatever became of the others, and then everything is taken down.
  opened.add('saving the evidence', async () =>
    stage.progress.step('save the evidence', async () =>
      recorder.phase('collect', async () => evidence.collect(stage.interrupts.skipCollecting)),
    ),
  );
  opened.add('writing the receipts', () => {
    folder.writeJson('receipts.json', result.proof.receipts);
  });
  const incomplete = await opened.unwind();
  result.proof = { ...result.proof, invalid: [...result.proof.invalid, ...incomplete.map(sentenceOf)] };

  const judged = conclude({ ...result, ...result.proof, control: null });
  const cutShort = result.failure !== null || result.unready.length > 0 || signal.aborted;
  const failed = result.failure !== null || judged.verdict !== 'pass';
  const kept = !signal.aborted && (keep === 'always' || (keep === 'on-failure' && failed));
  const residue = kept ? [] : await takenDown(bound, begun, stage, cutShort);
  if (kept) keepLease(runId, `--keep ${keep}`, new Date(Date.now() + keptForMs).toISOString());
  await watcher.release();
  return {
    ...begun,
    suites: result.suites,
    parity: result.parity,
    ...result.proof,
    unready: result.unready,
    residue,
    failure: result.failure ?? (signal.aborted ? signal.reason : null),
  };
}

/** An error that is none of ours means something else where the engine has gone meanwhile. */
async function whyItFailed(error: unknown, engine: Docker): Promise<unknown> {
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
