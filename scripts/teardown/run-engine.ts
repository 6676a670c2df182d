import { connectEngine, engineEndpoint } from '../../infra/components/docker/engine.ts';
import type { RunEngine } from './tear-down.ts';

/** The engine that `DOCKER_HOST` or the current Docker context names, as tear-down needs it. */
export async function connectRunEngine(): Promise<RunEngine> {
  const endpoint = engineEndpoint();
  return await Promise.resolve({
    docker: connectEngine(endpoint),
    local: endpoint.local,
    description: endpoint.url,
  });
}
