import { dirname } from 'node:path';
import type Docker from 'dockerode';
import { engineNetworks } from '../../infra/components/docker/networks.ts';
import { engineEndpoint } from '../../infra/components/docker/engine.ts';
import { boundPlan } from '../../infra/plan/bind.ts';
import { loadOrCreateBoundRun, owner } from '../../infra/plan/bound-run.ts';
import type { BoundPlan, LoadedPlan } from '../../infra/plan/plan.ts';
import { RunEvidence } from '../evidence/run-evidence.ts';
import { secretsOfRun } from '../../infra/plan/secrets.ts';
import type { Receipt } from '../faults/receipt.ts';
import { faultsOf, type FaultSession } from '../faults/session.ts';
import type { Difference } from '../parity/difference.ts';
import type { SuiteOutcome } from '../suite/outcome.ts';
import { runSuites } from '../suite/run-suites.ts';
import type { Golden } from '../suite/suite-run.ts';
import { CleanupStack, type UndoFailure } from '../teardown/cleanup-stack.ts';
import { acquireLease, keepLease } from '../teardown/lease-store.ts';
import { lateMakersMs, tearDown } from '../teardown/tear-down.ts';
import { startWatcher } from '../teardown/watcher.ts';
import type { BegunTrial } from './begun-trial.ts';
import { bringUp } from './bring-up.ts';
import { compareNodes } from './compare-nodes.ts';
import { conclude } from './conclude.ts';
import { arm, degrade, heal, nothingProven, underSchedule, type Proof } from './degrade.ts';
import { Forwards, forwardsOf } from './forwards.ts';
import { handleOf } from './handle-of.ts';
import type { Stage } from './stage.ts';
import { withDeadline } from './with-deadline.ts';

export interface TrialRequest {
  readonly loaded: LoadedPlan;
  readonly keep: 'always' | 'on-failure' | 'never';
  readonly golden: Golden;
}

export interface Trial extends BegunTrial {
  readonly suites: readonly SuiteOutcome[];
  readonly receipts: readonly Receipt[];
  readonly parity: readonly Difference[];
  /** Reasons why the result cannot be trusted, beside receipts, parity and leftovers. */
  readonly invalid: readonly string[];
  readonly leftovers: readonly string[];
  readonly residue: readonly string[];
  /** What ended it before its time; null where it ran to its end. */
  readonly failure: unknown;
}

const keptForMs = 4 * 3_600_000;
/** A side-car undoes what it holds within ten seconds of the end of its input, or goes with its node. */
const closeDeadlineMs = 15_000;

/**
 * One cluster from nothing to nothing: up, ready, faults in, suites, faults out, evidence kept, down. Whatever goes
 * wrong on the way, evidence is collected and the cluster taken down, and what went wrong is part of the result.
 */
export async function perform(
  begun: BegunTrial,
  { loaded, keep, golden }: TrialRequest,
  stage: Stage,
): Promise<Trial> {
  const { runId, folder, recorder } = begun;
  const { signal } = stage.interrupts;
  const bound = await bindRun(runId, loaded, stage.engine);
  folder.redactor.learn(secretsOfRun(bound.run, loaded.plan.nodes));
  const result: {
    suites: readonly SuiteOutcome[];
    parity: readonly Difference[];
    proof: Proof;
    failure: unknown;
  } = {
    suites: [],
    parity: [],
    proof: nothingProven,
    failure: null,
  };

  acquireLease({
    runId,
    stack: runId,
    owner: owner(),
    cluster: loaded.plan.cluster,
    engine: engineEndpoint().url,
    runFolder: folder.path,
    created: bound.run.created,
    expires: null,
  });
  const { redactor, path: runFolder } = folder;
  const watcher = await startWatcher({ runId, stack: runId, runFolder, redactor, env: process.env });
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
    result.failure = signal.aborted ? signal.reason : error;
  }
  // The first to be done of them; each is, whatever became of the others, and then everything is taken down.
  opened.add('saving the evidence', async () =>
    stage.progress.step('save the evidence', async () =>
      recorder.phase('collect', async () =>
        evidence.collect(result.proof.receipts, stage.interrupts.skipCollecting),
      ),
    ),
  );
  const incomplete = await opened.unwind();
  result.proof = { ...result.proof, invalid: [...result.proof.invalid, ...incomplete.map(sentenceOf)] };

  const judged = conclude({ ...result, ...result.proof, control: null });
  const cutShort = result.failure !== null || signal.aborted;
  const failed = result.failure !== null || judged.verdict !== 'pass';
  const kept = !signal.aborted && (keep === 'always' || (keep === 'on-failure' && failed));
  const residue = kept ? [] : await takeDown(bound, begun, stage, cutShort ? lateMakersMs : 0);
  if (kept) keepLease(runId, `--keep ${keep}`, new Date(Date.now() + keptForMs).toISOString());
  await watcher.release();
  return {
    ...begun,
    suites: result.suites,
    parity: result.parity,
    ...result.proof,
    residue,
    failure: result.failure ?? (signal.aborted ? signal.reason : null),
  };
}

async function bindRun(runId: string, loaded: LoadedPlan, engine: Docker): Promise<BoundPlan> {
  const identity = { runId, stack: runId, created: new Date().toISOString(), maxTtlMs: null };
  return boundPlan(loaded, loadOrCreateBoundRun(loaded, identity, await engineNetworks(engine)));
}

async function takeDown(
  bound: BoundPlan,
  { folder, recorder }: BegunTrial,
  { engine, progress }: Stage,
  settleMs: number,
): Promise<readonly string[]> {
  const { runId, stack } = bound.run;
  const { url, local } = engineEndpoint();
  const request = {
    engine: { docker: engine, local, description: url },
    runId,
    stack,
    runFolder: folder.path,
    settleMs,
  };
  try {
    return await progress.step('take everything down', async () =>
      recorder.phase('teardown', async () => tearDown(request)),
    );
  } catch {
    // A story that can no longer be written, on a full disk for one, must not keep the cluster up.
    return await tearDown(request).catch((error: unknown) => [
      `unknown: tear-down of ${runId} ended early (${messageOf(error)})`,
    ]);
  }
}

function sentenceOf({ name, error }: UndoFailure): string {
  return `${name} did not work: ${messageOf(error)}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
