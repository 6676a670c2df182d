import { execa } from 'execa';
import { Handle } from '../../infra/handle.ts';
import { packageRoot, pulumiProject } from '../../infra/places.ts';
import { Redactor } from '../evidence/redactor.ts';
import { RunFolder } from '../evidence/run-folder.ts';
import { pulumiEnvironment } from '../../infra/pulumi-environment.ts';
import { forgetEmptyStacks } from './clusters.ts';
import { secretsOfDeadRun } from './dead-run-secrets.ts';
import { withDeadline } from '../with-deadline.ts';
import { saveLastEvidence } from './last-evidence.ts';
import type { KnownCluster } from './inventory.ts';
import { releaseLease } from './lease-store.ts';
import type { Residue } from './sweep.ts';
import { tearDown, type RunEngine } from './tear-down.ts';

const evidenceMs = 5000;
const pulumiMs = 60_000;

/**
 * Takes down a cluster that no living process holds. Its logs are saved first, where it has a run folder. The stack of
 * a plain `pulumi up` is emptied by Pulumi, which owns it and keeps it; what Pulumi has never heard of is then swept.
 */
export async function destroyCluster(engine: RunEngine, cluster: KnownCluster): Promise<readonly Residue[]> {
  const { runId, stack, runFolder } = cluster;
  if (runFolder !== null) {
    // A node that cannot tell its log any more must not keep the cluster up.
    await lastEvidence(engine, runId, stack, runFolder).catch(() => undefined);
  }
  switch (cluster.made) {
    case 'run':
      return await tearDown({ engine, runId, stack, runFolder });
    case 'plain': {
      if (stack !== null) await pulumiDestroy(stack);
      const residue = await tearDown({ engine, runId, stack: null, runFolder });
      if (residue.length === 0) {
        releaseLease(runId);
        await forgetEmptyStacks(engine);
      }
      return residue;
    }
  }
}

async function lastEvidence(
  { docker }: RunEngine,
  runId: string,
  stack: string | null,
  runFolder: string,
): Promise<void> {
  const known = new RunFolder(runFolder).readJson('handle.json', Handle);
  const secrets = known === null ? [] : await secretsOfDeadRun(docker, stack, known);
  const folder = new RunFolder(runFolder, new Redactor(secrets));
  const work = saveLastEvidence({ docker, runId, folder, deadlineMs: evidenceMs });
  await withDeadline('saving what the nodes have', evidenceMs + 500, work);
  // Until now it was what the cluster was used with; from now on it is evidence.
  if (known !== null) folder.writeJson('handle.json', known);
}

/** Not fatal: a lock of a killed engine or a missing plugin makes it fail, and the sweep goes on by label. */
async function pulumiDestroy(stack: string): Promise<void> {
  await execa('pulumi', ['destroy', '--yes', '--non-interactive', '--skip-preview', '--stack', stack], {
    cwd: pulumiProject,
    env: pulumiEnvironment(),
    preferLocal: true,
    localDir: packageRoot,
    reject: false,
    timeout: pulumiMs,
  });
}
