import { dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type Docker from 'dockerode';
import { engineNetworks } from '../../infra/components/docker/networks.ts';
import { engineEndpoint } from '../../infra/components/docker/engine.ts';
import type { HostMechanism } from '../../infra/components/docker/host.ts';
import { boundPlan } from '../../infra/plan/bind.ts';
import { loadOrCreateBoundRun, owner } from '../../infra/plan/bound-run.ts';
import type { BoundPlan, LoadedPlan } from '../../infra/plan/plan.ts';
import { redactorFor } from '../evidence/known-secrets.ts';
import { planDocument } from '../evidence/plan-document.ts';
import { Recorder } from '../evidence/recorder.ts';
import { RunEvidence } from '../evidence/run-evidence.ts';
import { newRunId, RunFolder } from '../evidence/run-folder.ts';
import { secretsOfRun } from '../evidence/secrets.ts';
import type { Receipt } from '../faults/receipt.ts';
import type { Abilities } from '../faults/abilities.ts';
import { faultsOf, type FaultSession, type FaultStage } from '../faults/session.ts';
import type { Difference } from '../parity/difference.ts';
import { inspect } from '../parity/inspect.ts';
import type { NodeAccess } from '../nodes/node.ts';
import type { Progress } from '../progress.ts';
import type { SuiteOutcome } from '../suite/outcome.ts';
import { runSuites } from '../suite/run-suites.ts';
import type { Interrupts } from '../teardown/interrupt.ts';
import { acquireLease, keepLease } from '../teardown/lease-store.ts';
import { temporaryFolder } from '../teardown/residue.ts';
import { tearDown } from '../teardown/tear-down.ts';
import { startWatcher } from '../teardown/watcher.ts';
import { degrade, heal, nothingProven, underSchedule, type Proof } from './degrade.ts';
import { Forwards, forwardsOf } from './forwards.ts';
import { handleOf } from './handle-of.ts';
import { isolate, keepIsolated } from './isolation.ts';
import { provision } from './provision.ts';
import { untilReady } from './readiness.ts';

export interface Stage {
  readonly engine: Docker;
  readonly host: HostMechanism;
  /** Image of the fault side-car. */
  readonly toolbox: string;
  /** What this host's kernel offers to faults. */
  readonly abilities: Abilities;
  readonly progress: Progress;
  readonly interrupts: Interrupts;
  readonly faultDriver: FaultStage['driver'];
}

export interface TrialRequest {
  readonly loaded: LoadedPlan;
  readonly keep: 'always' | 'on-failure' | 'never';
  readonly golden: { readonly mode: 'record' | 'compare'; readonly folder: string };
}

export interface Trial {
  readonly runId: string;
  readonly folder: RunFolder;
  readonly recorder: Recorder;
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

/** Name, folder and clock of a trial: there before anything that could fail or be interrupted. */
export function beginTrial({ plan, hashes }: LoadedPlan): {
  readonly runId: string;
  readonly folder: RunFolder;
  readonly recorder: Recorder;
} {
  const runId = newRunId(new Date(), randomBytes(3));
  const folder = RunFolder.create(runId, redactorFor(plan));
  const recorder = new Recorder(folder);
  recorder.record({ type: 'run', runId, command: process.argv.slice(2) });
  folder.writeJson('plan.json', planDocument(plan, hashes));
  return { runId, folder, recorder };
}

/**
 * One cluster from nothing to nothing: up, ready, faults in, suites, faults out, evidence kept, down. Whatever goes
 * wrong on the way, evidence is collected and the cluster taken down, and what went wrong is part of the result.
 */
export async function perform(
  begun: ReturnType<typeof beginTrial>,
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
  let nodes: ReadonlyMap<string, NodeAccess> = new Map();

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
  let forwards: Forwards | null = null;
  let faults: FaultSession | null = null;
  try {
    forwards = await Forwards.reserve(forwardsOf(loaded.plan));
    const handle = handleOf(bound, forwards.list);
    folder.writeJson('handle.json', handle);
    await evidence.open();
    const cluster = await stage.progress.step(`bring up ${loaded.plan.nodes.length} nodes`, async (step) =>
      recorder.phase('provision', async () => {
        let running = 0;
        return await provision({
          bound,
          engine: stage.engine,
          host: stage.host,
          temporary: temporaryFolder(folder.path),
          signal,
          onNode: (node) => {
            running += 1;
            step.update(`${running} of ${loaded.plan.nodes.length}`);
            recorder.record({ type: 'node', node, state: 'running' });
          },
        });
      }),
    );
    nodes = cluster.nodes;
    await stage.progress.step('wait until every node is ready', async () =>
      recorder.phase('ready', async () => {
        await keepIsolated(stage.engine, bound, stage.toolbox, ended.signal);
        await Promise.all([
          isolate(stage.engine, bound, stage.toolbox),
          ...readyNodes(bound, nodes, recorder, signal),
        ]);
      }),
    );
    result.parity = await compareNodes(loaded, nodes, begun, stage);
    forwards.open(nodes);
    if (faultsOf(bound).length > 0) {
      faults = await degrade(
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
    }
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
      recorder.phase('suite', async () => (faults === null ? suites() : underSchedule(faults, suites))),
    );
    if (faults !== null) result.proof = await heal(faults, recorder, stage.progress);
    // Pulumi waits for its own network resource long after the nodes run; whatever it still finds wrong counts.
    await cluster.recorded;
  } catch (error) {
    result.failure = signal.aborted ? signal.reason : error;
  }
  await stage.progress.step('save the evidence', async () =>
    recorder.phase('collect', async () =>
      evidence.collect(result.proof.receipts, stage.interrupts.skipCollecting),
    ),
  );
  ended.abort();
  await faults?.close();
  forwards?.close();

  const failed = result.failure !== null || result.suites.some(({ status }) => status !== 'passed');
  const kept = !signal.aborted && (keep === 'always' || (keep === 'on-failure' && failed));
  const residue = kept ? [] : await takeDown(bound, begun, stage);
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

function readyNodes(
  bound: BoundPlan,
  nodes: ReadonlyMap<string, NodeAccess>,
  recorder: Recorder,
  signal: AbortSignal,
): readonly Promise<void>[] {
  return bound.loaded.plan.nodes.map(async (node) => {
    const access = nodes.get(node.name);
    if (access === undefined) throw new Error(`node ${node.name} was not provisioned`);
    await untilReady(node, access, signal);
    recorder.record({ type: 'node', node: node.name, state: 'ready' });
  });
}

/** What every node is, kept as evidence, and in what it is not what production is. */
async function compareNodes(
  loaded: LoadedPlan,
  nodes: ReadonlyMap<string, NodeAccess>,
  { folder, recorder }: ReturnType<typeof beginTrial>,
  { progress, interrupts }: Stage,
): Promise<readonly Difference[]> {
  const title = loaded.reference === null ? 'note what every node is' : 'compare every node with production';
  return await progress.step(title, async (step) =>
    recorder.phase('parity', async () => {
      const inspected = await inspect(loaded, nodes, interrupts.signal);
      for (const { node, facts, why } of inspected) {
        if (facts !== null) folder.writeJson(join('facts', `${node}.json`), facts);
        else recorder.record({ type: 'note', text: `no facts of ${node}: ${why}` });
      }
      const differences = inspected.flatMap((one) => one.differences);
      folder.writeJson('parity.json', differences);
      const blocking = differences.filter((one) => one.class === 'blocking').length;
      if (loaded.reference !== null) step.update(`${blocking} blocking, ${differences.length} in all`);
      return differences;
    }),
  );
}

async function takeDown(
  bound: BoundPlan,
  { folder, recorder }: ReturnType<typeof beginTrial>,
  { engine, progress }: Stage,
): Promise<readonly string[]> {
  const { runId, stack } = bound.run;
  return await progress.step('take everything down', async () =>
    recorder.phase('teardown', async () =>
      tearDown({
        engine: { docker: engine, local: engineEndpoint().local, description: engineEndpoint().url },
        runId,
        stack,
        runFolder: folder.path,
      }),
    ),
  );
}
