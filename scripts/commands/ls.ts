import { EXIT, type ExitCode } from '../../infra/errors.ts';
import { printJson, printResult } from '../output.ts';
import { listClusters } from '../teardown/clusters.ts';
import { formatDuration } from '../../infra/duration.ts';
import type { KnownCluster } from '../teardown/inventory.ts';
import { connectRunEngine } from '../teardown/run-engine.ts';

/** `understudy ls`: every cluster of this engine, also plain Pulumi's and other owners'. */
export async function ls(options: { readonly json: boolean }): Promise<ExitCode> {
  const clusters = await listClusters(await connectRunEngine());
  const nowMs = Date.now();
  if (options.json) printJson({ schema: 1, clusters: clusters.map((one) => clusterDocument(one, nowMs)) });
  else if (clusters.length === 0) printResult('no cluster is up');
  else printResult(table([heading, ...clusters.map((one) => row(one, nowMs))]));
  return EXIT.pass;
}

const heading = ['RUN', 'CLUSTER', 'NODES', 'AGE', 'HOLDER', 'EXPIRES', 'NOTE'] as const;

function row(cluster: KnownCluster, nowMs: number): readonly string[] {
  return [
    cluster.runId,
    cluster.cluster === '' ? '-' : cluster.cluster,
    String(cluster.nodes),
    age(cluster, nowMs),
    holder(cluster),
    expiry(cluster, nowMs),
    note(cluster),
  ];
}

/** Of a cluster that is kept nobody holds the end: its process has ended as it should. */
function holder({ holder: state, holderPid, kept }: KnownCluster): string {
  if (state === 'alive') return `pid ${holderPid ?? ''}`;
  return kept && state === 'dead' ? 'none' : state;
}

function clusterDocument(cluster: KnownCluster, nowMs: number): unknown {
  const ageMs = cluster.created === '' ? null : nowMs - Date.parse(cluster.created);
  return { ...cluster, ageMs };
}

function age({ created }: KnownCluster, nowMs: number): string {
  return created === '' ? '-' : formatDuration(nowMs - Date.parse(created));
}

function expiry({ expires }: KnownCluster, nowMs: number): string {
  if (expires === null) return 'never';
  const leftMs = Date.parse(expires) - nowMs;
  return leftMs <= 0 ? 'expired' : `in ${formatDuration(leftMs)}`;
}

function note(cluster: KnownCluster): string {
  const parts = [
    ...(cluster.mine ? [] : [`of ${cluster.owner === '' ? 'another owner' : cluster.owner}`]),
    ...(cluster.made === 'plain' ? [`pulumi${cluster.stack === null ? '' : ` stack ${cluster.stack}`}`] : []),
    ...(cluster.elsewhere ? ['on another engine'] : []),
    ...(cluster.watched ? ['being torn down by its watcher'] : []),
    ...(cluster.reapable === null ? [] : ['reapable']),
    ...(cluster.kept ? [cluster.reason === '' ? 'kept' : `kept: ${cluster.reason}`] : []),
  ];
  return parts.join(', ');
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = heading.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
