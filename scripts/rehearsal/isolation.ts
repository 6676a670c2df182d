import type Docker from 'dockerode';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { BoundPlan } from '../../infra/plan/plan.ts';
import { runLabel } from '../../infra/run-marks.ts';
import { containerName } from '../../infra/components/docker/names.ts';

/**
 * Unreachable routes in every node's namespace for link-local addresses and for the rest of the pool, beside the
 * engine's own rules: traffic of two clusters never meets, and no packet asks a cloud's metadata service. A container
 * has no hook for it before its first process, so it is put there before a node counts as ready, by a short-lived helper
 * from `image`.
 */
export async function isolate(engine: Docker, bound: BoundPlan, image: string): Promise<void> {
  await Promise.all(bound.loaded.plan.nodes.map(({ name }) => isolateNode(engine, bound, name, image)));
}

const Started = z.object({ Actor: z.object({ Attributes: z.object({ name: z.string() }) }) });

/** Isolates each node again whenever the engine starts it anew: its namespace is another one then. Until `ended`. */
export async function keepIsolated(
  engine: Docker,
  bound: BoundPlan,
  image: string,
  ended: AbortSignal,
): Promise<void> {
  const nodes = new Map(bound.loaded.plan.nodes.map(({ name }) => [containerName(bound, name), name]));
  const events = await engine.getEvents({
    filters: { type: ['container'], event: ['start'], label: [`${runLabel}=${bound.run.runId}`] },
  });
  const isolateAgain = async (started: AsyncIterable<string | Uint8Array>): Promise<void> => {
    for await (const line of createInterface({ input: Readable.from(started) })) {
      const { Actor } = Started.parse(JSON.parse(line));
      const node = nodes.get(Actor.Attributes.name);
      // A node that is gone again meanwhile needs no routes.
      if (node !== undefined) await isolateNode(engine, bound, node, image).catch(() => undefined);
    }
  };
  // It ends by being aborted, or with the engine: neither is news to whoever asked for it.
  pipeline(events, isolateAgain, { signal: ended }).catch(() => undefined);
}

const Ended = z.object({ StatusCode: z.int() });

/** One node, as `isolate` does them all. */
export async function isolateNode(
  engine: Docker,
  bound: BoundPlan,
  node: string,
  image: string,
): Promise<void> {
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
