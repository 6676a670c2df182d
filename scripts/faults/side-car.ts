import type Docker from 'dockerode';
import { containerName } from '../../infra/components/docker/names.ts';
import type { BoundPlan } from '../../infra/plan/plan.ts';
import { DockerNode } from '../nodes/docker.ts';

/**
 * NET_ADMIN for links; DAC_OVERRIDE for disks whose folder is another account's; SYS_ADMIN, SYS_PTRACE and SYS_CHROOT
 * only where a mount of the node itself must change (disk.readonly).
 */
export const capabilities = {
  network: ['NET_ADMIN'],
  disk: ['DAC_OVERRIDE'],
  mount: ['SYS_ADMIN', 'SYS_PTRACE', 'SYS_CHROOT'],
} as const;

/** Weight against other containers (1024 each) where the processors are all in use; Docker's upper limit. */
const mostCpuShares = 262_144;

/** A container in the node's namespaces with the tools that the node's own image need not have; it idles. */
export async function startSideCar(
  engine: Docker,
  bound: BoundPlan,
  node: string,
  image: string,
  granted: readonly string[],
): Promise<DockerNode> {
  const inside = `container:${containerName(bound, node)}`;
  const container = await engine.createContainer({
    name: `${containerName(bound, node)}-sidecar`,
    Image: image,
    Entrypoint: ['sleep', 'infinity'],
    Labels: { ...bound.labels, 'dev.understudy.role': 'sidecar' },
    HostConfig: {
      NetworkMode: inside,
      ...(granted.includes('SYS_ADMIN') ? { PidMode: inside } : {}),
      VolumesFrom: [containerName(bound, node)],
      // A shaper that waits for the processor would add its own jitter to what was asked.
      CpuShares: mostCpuShares,
      CapDrop: ['ALL'],
      CapAdd: [...granted],
      // setns and mount are refused by the default profiles even with the capability.
      ...(granted.includes('SYS_ADMIN') ? { SecurityOpt: ['apparmor=unconfined'] } : {}),
    },
  });
  await container.start();
  return new DockerNode(engine, `${node} side-car`, container.id);
}
