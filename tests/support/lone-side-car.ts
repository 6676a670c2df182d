import { capabilities, fuse, type Grant } from '../../scripts/faults/side-car/side-car.ts';
import { DockerNode } from '../../scripts/nodes/docker.ts';
import type { NodeAccess } from '../../scripts/nodes/node.ts';
import { RunnerNode } from '../../scripts/nodes/runner.ts';
import { silentProgress } from '../../scripts/progress.ts';
import { ensureReady } from '../../scripts/setup/setup.ts';
import { makerLabels } from '../../scripts/teardown/maker.ts';

/**
 * A side-car without a node, with a small disk of its own at /data: what its tools do to a disk is done to this one. It
 * may do what a side-car of a node with a read-only disk may, or what is granted here. `among`: a container whose processes
 * it is among, as if that were its node.
 */
export async function loneSideCar(
  disk: string,
  grant: Grant = 'mount',
  among?: string,
): Promise<{
  readonly access: NodeAccess;
  readonly id: string;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}> {
  const { engine, toolbox } = await ensureReady(silentProgress);
  const container = await engine.createContainer({
    Image: toolbox,
    Entrypoint: ['sleep', 'infinity'],
    Labels: { ...makerLabels(), 'dev.understudy.role': 'sidecar' },
    HostConfig: {
      NetworkMode: 'none',
      ...(among === undefined ? {} : { PidMode: `container:${among}` }),
      Tmpfs: { '/data': disk },
      CapDrop: ['ALL'],
      CapAdd: [...capabilities.disk, ...capabilities[grant]],
      SecurityOpt: ['apparmor=unconfined'],
      ...(grant === 'layer' ? { Devices: [fuse] } : {}),
    },
  });
  await container.start();
  const access = await RunnerNode.open(new DockerNode(engine, 'side-car', container.id));
  return {
    access,
    id: container.id,
    [Symbol.asyncDispose]: async () => {
      access.close();
      await container.remove({ force: true });
    },
  };
}
