import { EXIT, type ExitCode } from '../../infra/errors.ts';
import { printJson, printResult } from '../output.ts';
import { silentProgress } from '../progress.ts';
import type { KnownCluster } from '../teardown/inventory.ts';
import { reapClusters, reapedLine, refuseUnnamedRemote, type ReapReport } from '../teardown/reap.ts';
import { connectRunEngine } from '../teardown/run-engine.ts';

/** `understudy reap`: 0, or 3 where something of the caller's that may be reaped is left. */
export async function reap(options: { readonly dryRun: boolean; readonly json: boolean }): Promise<ExitCode> {
  const engine = await connectRunEngine();
  refuseUnnamedRemote(engine, process.env);
  const report = await reapClusters({ engine, dryRun: options.dryRun, progress: silentProgress });
  if (options.json) printJson(reapDocument(report));
  else printResult(reapText(report));
  return report.left.length + report.builds.length === 0 ? EXIT.pass : EXIT.residue;
}

function reapDocument({ reaped, left, builds, spared }: ReapReport): unknown {
  return {
    schema: 1,
    reaped: reaped.map(({ cluster, residue }) => ({ run: cluster.runId, why: cluster.reapable, residue })),
    left: left.map(({ runId, reapable }) => ({ run: runId, why: reapable })),
    builds,
    spared: spared.map((cluster) => ({
      run: cluster.runId,
      mine: cluster.mine,
      why: sparedBecause(cluster),
    })),
  };
}

function reapText({ reaped, left, builds, spared }: ReapReport): string {
  const lines = [
    ...reaped.map(({ cluster, residue }) => reapedLine(cluster, residue)),
    ...left
      .filter((cluster) => !reaped.some((one) => one.cluster === cluster))
      .map(({ runId, reapable }) => `would reap ${runId} (${reapable ?? ''})`),
    ...builds.map((residue) => `could not remove what a killed build left: ${residue}`),
    ...spared.map((cluster) => `left alone ${cluster.runId}: ${sparedBecause(cluster)}`),
  ];
  return lines.length === 0 ? 'nothing to reap' : lines.join('\n');
}

function sparedBecause(cluster: KnownCluster): string {
  if (!cluster.mine) return `it belongs to ${cluster.owner === '' ? 'somebody else' : cluster.owner}`;
  if (cluster.elsewhere) return 'it is on another engine';
  if (cluster.holder === 'alive' && !cluster.kept)
    return `process ${cluster.holderPid ?? ''} is working on it`;
  if (cluster.expires !== null) return `it expires ${cluster.expires}`;
  return cluster.made === 'plain' ? 'made by pulumi up, without an expiry' : 'kept';
}
