import type Docker from 'dockerode';
import { text } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import type { Handle } from '../../infra/handle.ts';
import { readBoundRun } from '../../infra/plan/bound-run.ts';
import { loadPlan } from '../../infra/plan/load-plan.ts';
import type { BoundRun } from '../../infra/plan/plan.ts';
import { secretsOfPlan, secretsOfRun, secretsOfVariables, type Secret } from '../../infra/plan/secrets.ts';
import { secretsOfMachine } from '../evidence/known-secrets.ts';
import { DockerNode } from '../nodes/docker.ts';

/**
 * What can still be known of the secrets of a run whose controller is gone: this machine's, the run's keys, the cluster's
 * variables, what its nodes have in their environment, and what its spec holds where it is still there.
 */
export async function secretsOfDeadRun(
  docker: Docker,
  stack: string | null,
  { nodes, variables }: Pick<Handle, 'nodes' | 'variables'>,
): Promise<readonly Secret[]> {
  const bound = stack === null ? null : readBoundRun(stack);
  const inNodes = await Promise.all(nodes.map(async ({ container }) => environmentOf(docker, container)));
  return [
    ...secretsOfMachine(),
    ...(bound === null ? [] : [...secretsOfRun(bound, nodes), ...secretsOfSpec(bound)]),
    ...secretsOfVariables(variables),
    ...inNodes.flatMap((one) => secretsOfVariables(one)),
  ];
}

/** Of the spec as it is now: a secret too many that is looked for does no harm. */
function secretsOfSpec({ specFile, variables }: BoundRun): readonly Secret[] {
  try {
    const request = { cluster: specFile, profiles: [], seed: 0, set: variables, suites: [] };
    return secretsOfPlan(loadPlan(request).plan);
  } catch {
    return []; // gone, or no longer a spec
  }
}

/** What the engine gave its process 1, and what its logins and units get. */
async function environmentOf(docker: Docker, container: string): Promise<Record<string, string>> {
  const given = await docker
    .getContainer(container)
    .inspect()
    .then(
      ({ Config }) => Config.Env,
      () => [], // gone
    );
  const file = await new DockerNode(docker, container, container)
    .copyOut('/etc/environment')
    .then(firstFile, () => ''); // an image without it
  return Object.fromEntries(
    [...given, ...file.split('\n')].flatMap((line) => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
    }),
  );
}

async function firstFile(archive: NodeJS.ReadableStream): Promise<string> {
  for await (const entry of archive.pipe(extract())) return await text(entry);
  return '';
}
