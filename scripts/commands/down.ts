import { EXIT, InterruptedError, UsageError, type ExitCode } from '../../infra/errors.ts';
import { printJson, printResult } from '../output.ts';
import { listClusters } from '../teardown/clusters.ts';
import { destroyCluster } from '../teardown/destroy-cluster.ts';
import { listenForInterrupts } from '../teardown/interrupt.ts';
import { chooseCluster, type ClusterChoice } from '../teardown/inventory.ts';
import { connectRunEngine } from '../teardown/run-engine.ts';

export interface DownOptions extends ClusterChoice {
  readonly json: boolean;
}

/** `understudy down`: 0, or 3 where something is left. Ctrl-C does not stop it half-way, it only changes the code. */
export async function down(options: DownOptions): Promise<ExitCode> {
  const engine = await connectRunEngine();
  const cluster = chooseCluster(await listClusters(engine), options);
  if (cluster.elsewhere) {
    throw new UsageError('other-engine', `${cluster.runId} is not on ${engine.description}`, {
      hint: 'name the Docker context or DOCKER_HOST that it was made on',
    });
  }
  if (cluster.holder === 'alive' && !cluster.kept) {
    const pid = cluster.holderPid ?? 0;
    throw new UsageError('in-use', `process ${pid} is working on ${cluster.runId}`, {
      hint: `interrupt it, and it tears down itself: kill -INT ${pid}`,
    });
  }
  using interrupts = listenForInterrupts();
  const residue = await destroyCluster(engine, cluster);
  if (options.json) printJson({ schema: 1, runId: cluster.runId, residue });
  else
    printResult(`${cluster.runId} is down\nresidue: ${residue.length === 0 ? 'none' : residue.join('\n  ')}`);
  if (interrupts.signal.reason instanceof InterruptedError) return EXIT.interrupted;
  return residue.length === 0 ? EXIT.pass : EXIT.residue;
}
