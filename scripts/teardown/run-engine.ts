import Docker from 'dockerode';
import type { RunEngine } from './tear-down.ts';

/** The engine that `DOCKER_HOST` or the current Docker context names, as tear-down needs it. */
export async function connectRunEngine(): Promise<RunEngine> {
  return await Promise.resolve({
    docker: new Docker(),
    local: true,
    description: 'unix:///var/run/docker.sock',
  });
}
