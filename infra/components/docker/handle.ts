import { join } from 'node:path';
import { containerName } from './names.ts';
import type { Handle } from '../../handle.ts';
import { packageRoot } from '../../places.ts';
import type { BoundPlan } from '../../plan/plan.ts';

/** handle.json of a running cluster. */
export function handleOf(bound: BoundPlan, forwards: readonly Handle['forwards'][number][]): Handle {
  const { plan } = bound.loaded;
  const roles: Record<string, string[]> = {};
  for (const { role, name } of plan.nodes) (roles[role] ??= []).push(name);
  return {
    schema: 1,
    runId: bound.run.runId,
    cluster: plan.cluster,
    backend: 'docker',
    variables: { ...plan.variables },
    account: plan.accounts[0]?.name ?? null,
    nodes: plan.nodes.map(({ name, role, init }) => ({
      name,
      role,
      init,
      address: bound.run.addresses[name] ?? '',
      container: containerName(bound, name),
    })),
    roles,
    forwards: [...forwards],
    exec: [join(packageRoot, 'scripts/understudy'), 'exec', '--run', bound.run.runId],
  };
}
