import type Docker from 'dockerode';
import { UsageError } from '../../infra/errors.ts';
import { listClusters } from '../teardown/clusters.ts';
import { chooseCluster, type ClusterChoice, type KnownCluster } from '../teardown/inventory.ts';
import { connectRunEngine } from '../teardown/run-engine.ts';
import type { RunEngine } from '../teardown/tear-down.ts';
import { DockerNode } from '../nodes/docker.ts';
import type { NodeAccess } from '../nodes/node.ts';

export interface RunningCluster {
  readonly engine: RunEngine;
  readonly cluster: KnownCluster;
  readonly nodes: ReadonlyMap<string, NodeAccess>;
}

/** The cluster that --run or --stack names, or the only one; its nodes by label. */
export async function runningCluster(choice: ClusterChoice): Promise<RunningCluster> {
  const engine = await connectRunEngine();
  const cluster = chooseCluster(await listClusters(engine), choice);
  return { engine, cluster, nodes: await nodesOf(engine.docker, cluster.runId) };
}

export async function runningNode(name: string, choice: ClusterChoice): Promise<NodeAccess> {
  const { run } = choice;
  // A run that is named needs no inventory: this is the path of every exec of a suite.
  const nodes =
    run === undefined
      ? (await runningCluster(choice)).nodes
      : await nodesOf((await connectRunEngine()).docker, run);
  const node = nodes.get(name);
  if (node !== undefined) return node;
  throw new UsageError('unknown-node', `there is no running node "${name}"`, {
    hint: `one of ${[...nodes.keys()].join(', ') || 'none'}`,
  });
}

async function nodesOf(engine: Docker, runId: string): Promise<ReadonlyMap<string, NodeAccess>> {
  const containers = await engine.listContainers({
    filters: { label: [`dev.understudy.run=${runId}`, 'dev.understudy.node'] },
  });
  return new Map(
    containers.map(({ Id, Labels }) => {
      const name = Labels['dev.understudy.node'] ?? '';
      return [name, new DockerNode(engine, name, Id)];
    }),
  );
}
