import { EXIT, UsageError, type ExitCode } from '../../infra/errors.ts';
import { printJson, printResult } from '../output.ts';
import { listClusters } from '../teardown/clusters.ts';
import { parseDurationMs } from '../../infra/duration.ts';
import { chooseCluster, type KnownCluster, type ClusterChoice } from '../teardown/inventory.ts';
import { readLease, writeLease } from '../teardown/lease-store.ts';
import { connectRunEngine } from '../teardown/run-engine.ts';

export interface ExtendOptions extends ClusterChoice {
  /** From now on, such as "2h". */
  readonly duration: string;
  readonly reason?: string;
  readonly json: boolean;
}

/** `understudy extend`: the cluster now expires `duration` from now, never earlier than before, and `ls` shows why. */
export async function extend(options: ExtendOptions): Promise<ExitCode> {
  const durationMs = parseDurationMs(options.duration);
  const engine = await connectRunEngine();
  const cluster = chooseCluster(await listClusters(engine), options);
  if (cluster.expires === null) {
    throw new UsageError('no-expiry', `${cluster.runId} has no expiry to extend`, {
      hint: cluster.holder === 'alive' ? 'it lives as long as its run' : 'it stays until it is taken down',
    });
  }
  const expires = new Date(Date.now() + durationMs).toISOString();
  if (expires < cluster.expires) {
    throw new UsageError(
      'shorter',
      `${cluster.runId} already lives until ${cluster.expires}, longer than ${options.duration} from now`,
      {
        hint: 'give a longer duration, or take it down now: understudy down',
      },
    );
  }
  prolong(cluster, engine.description, expires, options.reason ?? cluster.reason);
  if (options.json) printJson({ schema: 1, runId: cluster.runId, expires });
  else printResult(`${cluster.runId} expires ${expires}`);
  return EXIT.pass;
}

/** A cluster of plain `pulumi up` gets its first record here; its label cannot change, and the record counts instead. */
function prolong(cluster: KnownCluster, engine: string, expires: string, reason: string): void {
  const { runId, stack, owner, created } = cluster;
  const lease = readLease(runId);
  if (lease !== null) {
    writeLease({ ...lease, expires, reason });
    return;
  }
  if (stack === null) {
    throw new UsageError('not-mine', `${runId} was not made from this state folder`, {
      hint: 'extend it where it was made',
    });
  }
  writeLease({
    schema: 1,
    runId,
    stack,
    owner,
    cluster: cluster.cluster,
    engine,
    holder: null,
    watcher: null,
    kept: true,
    reason,
    created,
    expires,
    runFolder: null,
  });
}
