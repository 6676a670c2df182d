import { dirname, resolve } from 'node:path';
import { EXIT, UsageError, type ExitCode } from '../../infra/errors.ts';
import { readBoundRun } from '../../infra/plan/bound-run.ts';
import { loadPlan } from '../../infra/plan/load-plan.ts';
import type { BoundRun, LoadedPlan } from '../../infra/plan/plan.ts';
import { loadCluster } from '../../infra/spec/load.ts';
import { loadReference } from '../../infra/spec/load-reference.ts';
import { runningCluster } from './running-node.ts';
import { printJson, printResult } from '../output.ts';
import { differenceTable } from '../parity/difference-table.ts';
import { inspect } from '../parity/inspect.ts';
import { screenOf } from '../screen.ts';
import type { ClusterChoice } from '../teardown/inventory.ts';

export interface ParityCommand extends ClusterChoice {
  readonly cluster?: string;
  readonly reference?: string;
  readonly json: boolean;
}

/** In what the nodes of a cluster that is up are not what production is: 1 where something blocks. */
export async function parity({ cluster, reference, json, ...choice }: ParityCommand): Promise<ExitCode> {
  // What is wrong with a file is said before any engine is asked.
  const given = reference === undefined ? null : loadReference(resolve(reference));
  if (cluster !== undefined) loadCluster(cluster);
  const running = await runningCluster(choice);
  const { runId, stack } = running.cluster;
  const bound = stack === null ? null : readBoundRun(stack);
  if (bound === null)
    throw new UsageError('unbound', `nothing is known here of how ${runId} was made`, {
      hint: 'compare it from the folder that it was made from',
    });
  const loaded = plannedAs(bound, cluster);
  const compared = { ...loaded, reference: given ?? loaded.reference };
  if (compared.reference === null)
    throw new UsageError('no-reference', `cluster "${loaded.plan.cluster}" names no reference`, {
      hint: 'put "reference: facts.json" into its cluster.yaml, or give --reference FILE',
    });
  const inspected = await inspect(compared, running.nodes, new AbortController().signal);
  const differences = inspected.flatMap((one) => one.differences);
  if (json) printJson({ schema: 1, runId, parity: differences });
  else printResult(differenceTable(differences, screenOf(process.stdout)));
  return differences.some((one) => one.class === 'blocking') ? EXIT.fail : EXIT.pass;
}

function plannedAs({ specFile, variables: set, runId }: BoundRun, asked: string | undefined): LoadedPlan {
  const loaded = loadPlan({ cluster: specFile, profiles: [], seed: 1, set, suites: [] });
  if (asked !== undefined && loadCluster(asked).file !== specFile) {
    throw new UsageError(
      'other-cluster',
      `the cluster that is up, ${runId}, is ${loaded.plan.cluster} of ${dirname(specFile)}`,
      {
        hint: `understudy up ${asked}, or name a run of it with --run`,
      },
    );
  }
  return loaded;
}
