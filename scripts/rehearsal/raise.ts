import type Docker from 'dockerode';
import type { HostMechanism } from '../../infra/components/docker/host.ts';
import { withResidue } from '../../infra/errors.ts';
import type { Handle } from '../../infra/handle.ts';
import type { BoundPlan, LoadedPlan } from '../../infra/plan/plan.ts';
import type { RunFolder } from '../evidence/run-folder.ts';
import type { NodeAccess } from '../nodes/node.ts';
import type { Difference } from '../parity/difference.ts';
import type { Progress } from '../progress.ts';
import type { Interrupts } from '../teardown/interrupt.ts';
import { keepLease } from '../teardown/lease-store.ts';
import { temporaryFolder } from '../evidence/run-folder.ts';
import { clusterReady } from './cluster-ready.ts';
import { compareRaised } from './compare-nodes.ts';
import { handleOf } from '../../infra/components/docker/handle.ts';
import { holdRun, takeDown } from './held-run.ts';
import { provision } from './provision.ts';

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

/**
 * Brings a cluster up for keeps: ready, compared with its reference, with a lease that ends; taken down again where it
 * cannot be made ready.
 */
export async function raise(raising: Raising): Promise<Raised> {
  const { engine, loaded, runId, folder, ttlMs, progress } = raising;
  const { signal } = raising.interrupts;
  const { bound, watcher } = await holdRun({ runId, loaded, engine, folder, maxTtlMs: ttlMs });
  try {
    const handle = handleOf(bound, []);
    folder.writeClear('handle.json', handle);
    const title = `bring up ${loaded.plan.nodes.length} nodes, and wait until they are ready`;
    const nodes = await progress.step(title, async () => upAndReady(bound, raising));
    const comparing = { loaded, nodes, folder, signal, progress };
    const parity = loaded.reference === null ? null : await compareRaised(comparing);
    keepLease(runId, 'understudy up', new Date(Date.parse(bound.run.created) + ttlMs).toISOString());
    return { handle, parity };
  } catch (thrown) {
    const error: unknown = signal.aborted ? signal.reason : thrown;
    throw withResidue(error, await takeDown(bound, engine, folder, { wasCutShort: true }));
  } finally {
    await watcher.release();
  }
}

async function upAndReady(
  bound: BoundPlan,
  { engine, host, toolbox, interrupts, folder }: Raising,
): Promise<ReadonlyMap<string, NodeAccess>> {
  const { signal } = interrupts;
  const temporary = temporaryFolder(folder.path);
  const cluster = await provision({ bound, engine, host, temporary, signal, onNode: () => undefined });
  const redact = (text: string): string => folder.redactor.text(text);
  await clusterReady({ engine, toolbox, bound, cluster, signal, redact, onReady: () => undefined });
  await cluster.recorded;
  return cluster.nodes;
}
