import type Docker from 'dockerode';
import { UsageError } from '../../infra/errors.ts';
import { labelledExpiryMs, reapReason, watcherAtWork, type Lease, type ReapReason } from './lease.ts';
import { liveness, type Liveness, type ProcessTable } from './process-table.ts';
import { roleLabel, runLabel } from '../../infra/run-marks.ts';

/** One cluster, as labels, lease and binding together tell it. */
export interface KnownCluster {
  readonly runId: string;
  /** Null where neither lease nor binding is in this state folder: somebody else's, or ours from another folder. */
  readonly stack: string | null;
  readonly cluster: string;
  readonly owner: string;
  readonly mine: boolean;
  /** `run`: made by `understudy up` or `run`; `plain`: by `pulumi up`, whose stack is Pulumi's own affair. */
  readonly made: 'run' | 'plain';
  readonly nodes: number;
  /** Containers, networks and volumes. */
  readonly objects: number;
  /** ISO 8601; empty where no label tells. */
  readonly created: string;
  readonly expires: string | null;
  readonly holder: Liveness | 'none';
  readonly holderPid: number | null;
  readonly kept: boolean;
  readonly reason: string;
  readonly runFolder: string | null;
  /** Why it may be destroyed by whoever finds it; null while it may not. */
  readonly reapable: ReapReason | null;
  /** Its watcher is tearing it down at this moment. */
  readonly watched: boolean;
  /** On another engine than the one that was asked: nothing can be said about its objects, and nothing done. */
  readonly elsewhere: boolean;
}

/** An object's labels; how an engine's containers, networks and volumes look from here. */
export interface LabelledObject {
  readonly kind: 'container' | 'network' | 'volume';
  readonly labels: Readonly<Record<string, string>>;
}

export interface InventoryInput {
  readonly objects: readonly LabelledObject[];
  readonly leases: readonly Lease[];
  /** runId → stack, from the bound.json files of this state folder. */
  readonly stacks: ReadonlyMap<string, string>;
  readonly owner: string | null;
  /** Description of the engine that the objects come from. */
  readonly engine: string;
  readonly nowMs: number;
  readonly table: ProcessTable;
}

export async function labelledObjects(docker: Docker): Promise<readonly LabelledObject[]> {
  const filters = { label: [runLabel] };
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  return [
    ...containers.map(({ Labels }): LabelledObject => ({ kind: 'container', labels: Labels })),
    ...networks.map(({ Labels }): LabelledObject => ({ kind: 'network', labels: Labels ?? {} })),
    ...volumes.map(({ Labels }): LabelledObject => ({ kind: 'volume', labels: Labels })),
  ];
}

/** Every cluster that an object or a lease speaks of, oldest first. */
export function takeInventory(given: InventoryInput): readonly KnownCluster[] {
  const input = { ...given, leases: given.leases.filter((lease) => !isOutlived(lease, given)) };
  const runIds = new Set([
    ...input.objects.map(({ labels }) => labels[runLabel] ?? ''),
    ...input.leases.map(({ runId }) => runId),
  ]);
  return [...runIds]
    .map((runId) => knownCluster(runId, input))
    .sort((a, b) => a.created.localeCompare(b.created) || a.runId.localeCompare(b.runId));
}

/** Which running cluster a verb means; the only one where neither is given. */
export interface ClusterChoice {
  readonly run?: string;
  readonly stack?: string;
}

/** The cluster that `--run` or `--stack` means; without either, the caller's only one. */
export function chooseCluster(
  clusters: readonly KnownCluster[],
  { run, stack }: ClusterChoice,
): KnownCluster {
  const asked = run ?? stack;
  const found = clusters.filter((one) =>
    asked === undefined ? one.mine : run === undefined ? one.stack === stack : one.runId === run,
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const known = clusters.filter(({ mine }) => mine).map(({ runId }) => runId);
  if (asked !== undefined) {
    throw new UsageError('no-cluster', `no cluster "${asked}"`, {
      hint: known.length === 0 ? 'none is up' : `known: ${known.join(', ')}`,
    });
  }
  throw found.length === 0
    ? new UsageError('no-cluster', 'no cluster is up', { hint: 'understudy up' })
    : new UsageError('which-cluster', `${found.length} clusters are up`, {
        hint: `name one with --run: ${known.join(', ')}`,
      });
}

function knownCluster(runId: string, input: InventoryInput): KnownCluster {
  const { nowMs, table } = input;
  const lease = input.leases.find((one) => one.runId === runId) ?? null;
  const objects = input.objects.filter(({ labels }) => labels[runLabel] === runId);
  const labels: Readonly<Record<string, string>> = objects[0]?.labels ?? {};
  const labelledMs = labelledExpiryMs(labels);
  const labelled = labelledMs === null ? null : new Date(labelledMs).toISOString();
  const boundStack = input.stacks.get(runId) ?? null;
  const owner = lease?.owner ?? labels['dev.understudy.owner'] ?? '';
  return {
    runId,
    stack: lease?.stack ?? boundStack,
    cluster: lease?.cluster ?? labels['dev.understudy.cluster'] ?? '',
    owner,
    mine: lease !== null || boundStack !== null || (owner !== '' && owner === input.owner),
    made: lease?.holder == null ? 'plain' : 'run',
    nodes: objects.filter(({ kind, labels: own }) => kind === 'container' && !(roleLabel in own)).length,
    objects: objects.length,
    created: lease?.created ?? labels['dev.understudy.created'] ?? '',
    expires: lease === null ? labelled : lease.expires,
    holder: lease?.holder == null ? 'none' : liveness(lease.holder, table),
    holderPid: lease?.holder?.pid ?? null,
    kept: lease?.kept ?? false,
    reason: lease?.reason ?? '',
    runFolder: lease?.runFolder ?? null,
    reapable: lease === null ? labelledReason(labelledMs, nowMs) : reapReason(lease, nowMs, table),
    watched: lease !== null && watcherAtWork(lease, table),
    elsewhere: lease !== null && lease.engine !== input.engine,
  };
}

/**
 * `extend` gives a cluster of plain `pulumi up` a lease that `pulumi destroy` knows nothing of: once that cluster is
 * gone, or another one stands under its name, the lease speaks of nothing.
 */
function isOutlived({ holder, engine, runId, created }: Lease, input: InventoryInput): boolean {
  if (holder !== null || engine !== input.engine) return false;
  return !input.objects.some(
    ({ labels }) => labels[runLabel] === runId && labels['dev.understudy.created'] === created,
  );
}

function labelledReason(expiresMs: number | null, nowMs: number): ReapReason | null {
  return expiresMs !== null && expiresMs <= nowMs ? 'expired' : null;
}
