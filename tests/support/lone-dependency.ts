import { join } from 'node:path';
import { builtImage } from '../../images/inputs-hash.ts';
import { packageRoot } from '../../infra/places.ts';
import { loadedDependency, type LoadedDependency } from '../../infra/plan/dependency-node.ts';
import { loadStackImage } from '../../infra/plan/load-plan.ts';
import { Dependency } from '../../infra/spec/dependency.ts';
import { DockerNode } from '../../scripts/nodes/docker.ts';
import type { NodeAccess } from '../../scripts/nodes/node.ts';
import { silentProgress } from '../../scripts/progress.ts';
import { imagesReady } from '../../scripts/setup/images.ts';
import { ensureReady } from '../../scripts/setup/setup.ts';
import { makerLabels } from '../../scripts/teardown/maker.ts';
import { until } from './until.ts';

export const lonePort = 8080;

interface LoneDependency {
  readonly access: NodeAccess;
  /** A side-car in its network, as many as are asked for. */
  sideCar(): Promise<{ readonly access: NodeAccess; kill(): Promise<void> }>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

const twoRoutes = loadedDependency(
  Dependency.parse({ port: lonePort, mock: ['GET /a', 'GET /b'].map((route) => ({ route, body: 'fine' })) }),
  () => '',
);

/** A dependency that nobody is connected with; one that answers `GET /a` and `GET /b` where nobody says what it is. */
export async function loneDependency(spec: LoadedDependency = twoRoutes): Promise<LoneDependency> {
  const { engine, toolbox } = await ensureReady(silentProgress);
  const { inputsHash, stacks, contents } = loadStackImage(join(packageRoot, 'images/dependency'));
  const { signal } = new AbortController();
  await imagesReady(engine, { plan: { stacks, nodes: [] }, contents }, silentProgress, { signal });
  const server = 'printf %s "$1" > /tmp/answers && exec dependency serve /tmp/answers';
  const common = { Labels: { ...makerLabels(), 'dev.understudy.role': 'sidecar' } };
  const node = await engine.createContainer({
    ...common,
    Image: builtImage(inputsHash),
    Cmd: ['sh', '-c', server, 'sh', JSON.stringify(spec)],
    HostConfig: { NetworkMode: 'none' },
  });
  const made = [node];
  await node.start();
  const access = new DockerNode(engine, 'rates-1', node.id);
  await until('the dependency is there', async () => {
    const { exitCode } = await access.exec(['dependency', 'asked']);
    return exitCode === 0 ? true : null;
  });
  return {
    access,
    async sideCar() {
      const container = await engine.createContainer({
        ...common,
        Image: toolbox,
        Entrypoint: ['sleep', 'infinity'],
        HostConfig: { NetworkMode: `container:${node.id}`, CapDrop: ['ALL'] },
      });
      made.push(container);
      await container.start();
      return {
        access: new DockerNode(engine, 'side-car', container.id),
        async kill() {
          await container.kill();
        },
      };
    },
    [Symbol.asyncDispose]: async () => {
      for (const one of made.reverse()) await one.remove({ force: true });
    },
  };
}
