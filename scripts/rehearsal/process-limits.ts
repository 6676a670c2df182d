import type Docker from 'dockerode';
import { containerName } from '../../infra/components/docker/names.ts';
import type { BoundPlan } from '../../infra/plan/plan.ts';

/** `pids` of every role. The plugin's container has no such input, so the engine is told; it holds over restarts. */
export async function limitProcesses(engine: Docker, bound: BoundPlan): Promise<void> {
  await Promise.all(
    bound.loaded.plan.nodes.map(async ({ name, pids }) => {
      await engine.getContainer(containerName(bound, name)).update({ PidsLimit: pids });
    }),
  );
}
