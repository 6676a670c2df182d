import type Docker from 'dockerode';
import type { BoundPlan } from '../../infra/plan/plan.ts';
import type { NodeAccess } from '../nodes/node.ts';
import { isolate } from './isolation.ts';
import { limitProcesses } from './process-limits.ts';
import type { Provisioned } from './provision.ts';
import { NotReadyError, untilReady, whileAlive } from './readiness.ts';

export interface AwaitedCluster {
  readonly engine: Docker;
  /** Image of the short-lived helpers. */
  readonly toolbox: string;
  readonly bound: BoundPlan;
  readonly cluster: Provisioned;
  readonly signal: AbortSignal;
  readonly redact: (text: string) => string;
  readonly onReady: (node: string) => void;
}

/**
 * Waits until every node is cut off from all but the cluster, limited to its processes, and ready.
 * @throws NotReadyError where a node is not; by then nothing is being made any more, so that the cluster may be kept.
 */
export async function clusterReady(awaited: AwaitedCluster): Promise<void> {
  const decided = new AbortController();
  const signal = AbortSignal.any([awaited.signal, decided.signal]);
  const confinement = confined({ ...awaited, signal });
  try {
    await Promise.all([confinement, ...nodesReady({ ...awaited, signal })]);
  } catch (error) {
    decided.abort(); // nobody waits for the other nodes any more
    // A cluster that is kept to be looked at is as cut off as one that became ready.
    if (error instanceof NotReadyError) await Promise.allSettled([confinement, awaited.cluster.recorded]);
    throw error;
  }
}

/** A node that has ended takes neither routes nor limits: that it has, and why, is then the better answer. */
async function confined({ engine, bound, toolbox, cluster, signal, redact }: AwaitedCluster): Promise<void> {
  try {
    await Promise.all([isolate(engine, bound, toolbox), limitProcesses(engine, bound)]);
  } catch (error) {
    for (const node of bound.loaded.plan.nodes)
      await whileAlive(node, accessTo(node.name, cluster), signal, redact);
    throw error;
  }
}

function nodesReady({ bound, cluster, signal, redact, onReady }: AwaitedCluster): readonly Promise<void>[] {
  return bound.loaded.plan.nodes.map(async (node) => {
    await untilReady(node, accessTo(node.name, cluster), signal, redact);
    onReady(node.name);
  });
}

function accessTo(name: string, { nodes }: Provisioned): NodeAccess {
  const access = nodes.get(name);
  if (access === undefined) throw new Error(`node ${name} was not provisioned`);
  return access;
}
