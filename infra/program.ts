import type Docker from 'dockerode';
import { setTimeout as delay } from 'node:timers/promises';
import { networkName } from './components/docker/names.ts';
import { DockerCluster } from './components/docker/cluster.ts';
import type { HostMechanism } from './components/docker/host.ts';
import type { BoundPlan } from './plan/plan.ts';

const networkDeadlineMs = 60_000;

/** What `pulumi up` makes of a bound plan; the same for plain Pulumi and for the CLI. */
export async function clusterProgram(
  bound: BoundPlan,
  engine: Docker,
  host: HostMechanism,
): Promise<Record<string, unknown>> {
  await DockerCluster.create({ bound, host, networkThere: () => networkThere(engine, networkName(bound)) });
  return {
    runId: bound.run.runId,
    subnet: bound.run.subnet.ipv4,
    nodes: bound.run.addresses,
  };
}

async function networkThere(engine: Docker, name: string): Promise<void> {
  const giveUpAt = performance.now() + networkDeadlineMs;
  for (;;) {
    const last = await engine
      .getNetwork(name)
      .inspect()
      .then(
        () => null,
        (error: unknown) => error,
      );
    if (last === null) return;
    if (performance.now() > giveUpAt) {
      throw new Error(`network ${name} was not there within ${networkDeadlineMs} ms`, { cause: last });
    }
    await delay(15);
  }
}
