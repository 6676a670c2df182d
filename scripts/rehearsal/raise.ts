import type Docker from 'dockerode';
import { engineEndpoint } from '../../infra/components/docker/engine.ts';
import { engineNetworks } from '../../infra/components/docker/networks.ts';
import type { HostMechanism } from '../../infra/components/docker/host.ts';
import { withResidue } from '../../infra/errors.ts';
import type { Handle } from '../../infra/handle.ts';
import { boundPlan } from '../../infra/plan/bind.ts';
import { loadOrCreateBoundRun, owner } from '../../infra/plan/bound-run.ts';
import type { LoadedPlan } from '../../infra/plan/plan.ts';
import type { RunFolder } from '../evidence/run-folder.ts';
import { secretsOfRun } from '../evidence/secrets.ts';
import type { Difference } from '../parity/difference.ts';
import type { Progress } from '../progress.ts';
import type { Interrupts } from '../teardown/interrupt.ts';
import { acquireLease, keepLease } from '../teardown/lease-store.ts';
import { temporaryFolder } from '../teardown/residue.ts';
import { lateMakersMs, tearDown } from '../teardown/tear-down.ts';
import { startWatcher } from '../teardown/watcher.ts';
import { compareRaised } from './compare-nodes.ts';
import { handleOf } from './handle-of.ts';
import { isolate } from './isolation.ts';
import { provision } from './provision.ts';
import { untilReady } from './readiness.ts';

export interface Raising {
  readonly engine: Docker;
  readonly host: HostMechanism;
  /** Image of the short-lived helpers. */
  readonly toolbox: string;
  readonly progress: Progress;
  readonly interrupts: Interrupts;
  readonly loaded: LoadedPlan;
  readonly runId: string;
  readonly folder: RunFolder;
  readonly ttlMs: number;
}

export interface Raised {
  readonly handle: Handle;
  /** In what its nodes are not what production is; null where the spec names no reference to compare them with. */
  readonly parity: readonly Difference[] | null;
}

/** Brings a cluster up for keeps: ready, with a lease that ends; taken down again where it cannot be made ready. */
export async function raise({
  engine,
  host,
  toolbox,
  progress,
  interrupts,
  loaded,
  runId,
  folder,
  ttlMs,
}: Raising): Promise<Raised> {
  const { signal } = interrupts;
  const created = new Date();
  const identity = { runId, stack: runId, created: created.toISOString(), maxTtlMs: ttlMs };
  const bound = boundPlan(loaded, loadOrCreateBoundRun(loaded, identity, await engineNetworks(engine)));
  const { url, local } = engineEndpoint();
  acquireLease({
    runId,
    stack: runId,
    owner: owner(),
    cluster: loaded.plan.cluster,
    engine: url,
    runFolder: folder.path,
    created: identity.created,
    expires: null,
  });
  const { redactor, path: runFolder } = folder;
  redactor.learn(secretsOfRun(bound.run, loaded.plan.nodes));
  const watcher = await startWatcher({ runId, stack: runId, runFolder, redactor, env: process.env });
  const handle = handleOf(bound, []);
  folder.writeClear('handle.json', handle);
  let parity: Raised['parity'] = null;
  try {
    const nodes = await progress.step(
      `bring up ${loaded.plan.nodes.length} nodes, and wait until they are ready`,
      async () => {
        const { nodes: up, recorded } = await provision({
          bound,
          engine,
          host,
          temporary: temporaryFolder(folder.path),
          signal,
          onNode: () => undefined,
        });
        const ready = loaded.plan.nodes.map(async (node) => {
          const access = up.get(node.name);
          if (access !== undefined) await untilReady(node, access, signal, (text) => redactor.text(text));
        });
        await Promise.all([isolate(engine, bound, toolbox), recorded, ...ready]);
        return up;
      },
    );
    if (loaded.reference !== null) parity = await compareRaised({ loaded, nodes, folder, signal, progress });
  } catch (error) {
    const residue = await tearDown({
      engine: { docker: engine, local, description: url },
      runId,
      stack: runId,
      runFolder: folder.path,
      settleMs: lateMakersMs,
    });
    await watcher.release();
    throw withResidue(error, residue);
  }
  keepLease(runId, 'understudy up', new Date(created.getTime() + ttlMs).toISOString());
  await watcher.release();
  return { handle, parity };
}
