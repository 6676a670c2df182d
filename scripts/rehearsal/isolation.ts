import type Docker from 'dockerode';
import { z } from 'zod';
import type { BoundPlan } from '../../infra/plan/plan.ts';
import { imageName } from '../../infra/components/docker/build.ts';
import { containerName } from '../../infra/components/docker/names.ts';

/**
 * Unreachable routes in every node's namespace for link-local addresses and for the rest of the pool, beside the
 * engine's own rules: traffic of two clusters never meets, and no packet asks a cloud's metadata service. A container
 * has no hook for it before its first process, so it is put there before a node counts as ready, by a short-lived helper.
 */
export async function isolate(engine: Docker, bound: BoundPlan): Promise<void> {
  const tool = bound.loaded.plan.nodes.find(({ init }) => init === 'systemd')?.image;
  if (tool === undefined) return; // no image with iproute2 of its own in this cluster; the side-car image does it where faults run
  await Promise.all(
    bound.loaded.plan.nodes.map(({ name }) => addRoutes(engine, bound, name, imageName(tool))),
  );
}

const Ended = z.object({ StatusCode: z.int() });

async function addRoutes(engine: Docker, bound: BoundPlan, node: string, image: string): Promise<void> {
  const routes = ['169.254.0.0/16', bound.loaded.plan.pool.ipv4];
  const script = routes.map((route) => `ip route replace unreachable ${route}`).join(' && ');
  const helper = await engine.createContainer({
    Image: image,
    Entrypoint: ['/bin/sh', '-c', script],
    Labels: { ...bound.labels, 'dev.understudy.role': 'isolation' },
    HostConfig: {
      NetworkMode: `container:${containerName(bound, node)}`,
      CapDrop: ['ALL'],
      CapAdd: ['NET_ADMIN'],
    },
  });
  try {
    await helper.start();
    const ended = Ended.parse(await helper.wait());
    if (ended.StatusCode !== 0)
      throw new Error(`isolation routes of ${node} were refused (exit ${ended.StatusCode})`);
  } finally {
    await helper.remove({ force: true });
  }
}
