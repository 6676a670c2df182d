import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { messageOf } from '../../infra/errors.ts';
import { Handle } from '../../infra/handle.ts';
import { packageRoot, pulumiProject } from '../../infra/places.ts';
import type { Collected } from '../evidence/collect.ts';
import { Redactor } from '../evidence/redactor.ts';
import { RunFolder } from '../evidence/run-folder.ts';
import { pulumiEnvironment } from '../../infra/pulumi-environment.ts';
import { isWithoutEnd, recordAbort } from './abort-record.ts';
import { forgetEmptyStacks } from './clusters.ts';
import { secretsOfDeadRun } from './dead-run-secrets.ts';
import { saveLastEvidence } from './last-evidence.ts';
import type { KnownCluster } from './inventory.ts';
import { releaseLease } from './lease-store.ts';
import type { Residue } from './sweep.ts';
import { killRunProcesses, tearDown, type RunEngine } from './tear-down.ts';

const pulumiMs = 60_000;

/**
 * Takes down a cluster that no living process holds. Its logs are saved first, where it has a run folder. The stack of
 * a plain `pulumi up` is emptied by Pulumi, which owns it and keeps it; what Pulumi has never heard of is then swept.
 */
export async function destroyCluster(engine: RunEngine, cluster: KnownCluster): Promise<readonly Residue[]> {
  const { runId, stack, runFolder } = cluster;
  const noticed = new Date().toISOString();
  const saved = runFolder === null ? null : await savedOf(engine, runId, stack, runFolder);
  switch (cluster.made) {
    case 'run': {
      const killed = await killRunProcesses(runId);
      const residue = await tearDown({ engine, runId, stack, runFolder });
      // One that was kept, or that its time ended for, was not cut off.
      if (saved === null || cluster.reapable !== 'holder-dead' || !isWithoutEnd(saved.folder)) return residue;
      recordAbort(saved.folder, {
        ...{ schema: 1, runId, noticed, finished: new Date().toISOString() },
        why: 'the controller died, and so did its watcher: what came after them took the cluster down',
        ...saved.evidence,
        ...{ killed, residue },
      });
      return residue;
    }
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

/** A node that cannot tell its log any more must not keep the cluster up. */
async function savedOf(
  { docker }: RunEngine,
  runId: string,
  stack: string | null,
  runFolder: string,
): Promise<{ readonly folder: RunFolder; readonly evidence: Collected }> {
  let folder = new RunFolder(runFolder);
  try {
    const known = existsSync(runFolder) ? folder.readJson('handle.json', Handle) : null;
    const secrets = known === null ? [] : await secretsOfDeadRun(docker, stack, known);
    folder = new RunFolder(runFolder, new Redactor(secrets));
    const evidence = await saveLastEvidence({ docker, runId, folder });
    // Until now it was what the cluster was used with; from now on it is evidence.
    if (known !== null) folder.writeJson('handle.json', known);
    return { folder, evidence };
  } catch (error) {
    return { folder, evidence: { saved: [], missed: [messageOf(error)] } };
  }
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
