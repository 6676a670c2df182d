import { EXIT, type ExitCode } from '../../infra/errors.ts';
import { printJson, printResult } from '../output.ts';
import { silentProgress } from '../progress.ts';
import { reapClusters, reapedLine, refuseUnnamedRemote, type ReapReport } from '../teardown/reap.ts';
import { whyReaped, whySpared } from '../teardown/reap-words.ts';
import { connectRunEngine } from '../teardown/run-engine.ts';

/** `understudy reap`: 0, or 3 where something of the caller's that may be reaped is left. */
export async function reap(options: { readonly dryRun: boolean; readonly json: boolean }): Promise<ExitCode> {
  const engine = await connectRunEngine();
  refuseUnnamedRemote(engine, process.env);
  const report = await reapClusters({ engine, dryRun: options.dryRun, progress: silentProgress });
  if (options.json) printJson(reapDocument(report));
  else printResult(reapText(report, options.dryRun));
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
      why: whySpared(cluster),
    })),
  };
}

/** Pure: a line a cluster: what became of it, or would, and why. */
export function reapText({ reaped, left, builds, spared }: ReapReport, dryRun: boolean): string {
  const lines = [
    ...reaped.map(({ cluster, residue }) => reapedLine(cluster, residue)),
    ...left
      .filter((cluster) => !reaped.some((one) => one.cluster === cluster))
      .map((cluster) => `would reap ${cluster.runId}: ${whyReaped(cluster)}`),
    ...builds.map((residue) => `could not remove what a killed build left: ${residue}`),
    ...spared.map(
      (cluster) => `${dryRun ? 'would not reap' : 'did not reap'} ${cluster.runId}: ${whySpared(cluster)}`,
    ),
  ];
  return lines.length === 0 ? 'nothing to reap' : lines.join('\n');
}
