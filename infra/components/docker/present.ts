import type Docker from 'dockerode';

/** True while the engine holds anything that carries the run's label. */
export async function isPresent(engine: Docker, runId: string): Promise<boolean> {
  const filters = { label: [`dev.understudy.run=${runId}`] };
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    engine.listContainers({ all: true, filters }),
    engine.listNetworks({ filters }),
    engine.listVolumes({ filters }),
  ]);
  return containers.length + networks.length + volumes.length > 0;
}
