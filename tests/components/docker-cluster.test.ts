import { beforeAll, describe, expect, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { join } from 'node:path';
import { z } from 'zod';
import { DockerCluster } from '../../infra/components/docker/cluster.ts';
import type { HostMechanism } from '../../infra/components/docker/host.ts';
import { packageRoot } from '../../infra/places.ts';
import { loadPlan } from '../../infra/plan/load-plan.ts';
import type { BoundPlan, LoadedPlan } from '../../infra/plan/plan.ts';
import { boundForTest } from '../support/bound-plan.ts';

const Inputs = z.looseObject({
  name: z.string().optional(),
  labels: z.array(z.object({ label: z.string(), value: z.string() })).default([]),
});

interface Declared {
  readonly type: string;
  readonly name: string;
  readonly inputs: z.infer<typeof Inputs>;
  readonly parent: string | null;
  readonly dependsOn: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

const cgroup1: HostMechanism = { cgroupVersion: 1, seccompProfile: '{"profile":1}' };
const cgroup2: HostMechanism = { cgroupVersion: 2, seccompProfile: null };

const request = { profiles: [], seed: 1, set: {}, suites: [] };
const thumbnails = loadPlan({ ...request, cluster: 'thumbnails' });
const idle = loadPlan({ ...request, cluster: join(packageRoot, 'tests/support/clusters/idle/cluster.yaml') });

/** Runs the component against a mock of the engine; returns what it declared, in its order. */
async function declare(
  bound: BoundPlan,
  host: HostMechanism = cgroup1,
  networkThere: (declared: readonly string[]) => void = () => undefined,
): Promise<readonly Declared[]> {
  const inputs = new Map<string, z.infer<typeof Inputs>>();
  await pulumi.runtime.setMocks({
    newResource: (args) => {
      const parsed = Inputs.parse(args.inputs);
      inputs.set(`${args.type} ${args.name}`, parsed);
      return { id: `id-of-${args.name}`, state: parsed };
    },
    call: () => ({}),
  });
  const names = new Map<pulumi.Resource, string>();
  const asked: { type: string; name: string; opts: pulumi.CustomResourceOptions }[] = [];
  const transformation: pulumi.ResourceTransformation = ({ resource, type, name, opts }) => {
    names.set(resource, name);
    asked.push({ type, name, opts });
    return undefined;
  };
  const there = (): Promise<void> => {
    networkThere(asked.map(({ name }) => name));
    return Promise.resolve();
  };
  await DockerCluster.create({ bound, host, networkThere: there }, { transformations: [transformation] });
  await Promise.all([...names.keys()].map(registered));
  return Promise.all(
    asked.map(async ({ type, name, opts }): Promise<Declared> => {
      const all = await resolved(opts.dependsOn);
      return {
        type,
        name,
        inputs: inputs.get(`${type} ${name}`) ?? { labels: [] },
        parent: opts.parent === undefined ? null : (names.get(opts.parent) ?? 'a stranger'),
        dependsOn: all.map((one) => names.get(one) ?? 'a stranger'),
        deleteBeforeReplace: opts.deleteBeforeReplace === true,
      };
    }),
  );
}

/** A resource has its URN when the engine has answered. */
async function registered({ urn }: pulumi.Resource): Promise<void> {
  await new Promise((resolve) => urn.apply(resolve));
}

async function resolved(
  dependsOn: pulumi.CustomResourceOptions['dependsOn'],
): Promise<readonly pulumi.Resource[]> {
  const all = await dependsOn;
  if (all === undefined) return [];
  const list: readonly unknown[] = Array.isArray(all) ? all : [all];
  return list.filter((one) => one instanceof pulumi.Resource);
}

const labelled = ({ inputs }: Declared): Record<string, string> =>
  Object.fromEntries(inputs.labels.map(({ label, value }) => [label, value]));
const named = (declared: readonly Declared[], name: string): Declared => {
  const found = declared.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} was not declared`);
  return found;
};

describe('the bundled cluster on Docker', () => {
  let declared: readonly Declared[];
  let children: readonly Declared[];
  beforeAll(async () => {
    declared = await declare(boundForTest(thumbnails));
    children = declared.slice(1);
  });

  test('is one component with a network, its volumes, the keeper of cgroups and its nodes', () => {
    expect(declared.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'understudy:docker:Cluster thumbnails',
      'docker:index/network:Network network',
      'docker:index/volume:Volume shared-archive',
      'docker:index/volume:Volume worker-1-var-lib-worker',
      'docker:index/volume:Volume worker-2-var-lib-worker',
      'docker:index/volume:Volume worker-3-var-lib-worker',
      'docker:index/container:Container keeper',
      'docker:index/container:Container broker-1',
      'docker:index/container:Container worker-1',
      'docker:index/container:Container worker-2',
      'docker:index/container:Container worker-3',
      'docker:index/container:Container client-1',
    ]);
    expect(children.map(({ parent }) => parent)).toEqual(children.map(() => 'thumbnails'));
  });

  test('carries the labels of contracts.md on every object', () => {
    for (const one of children)
      expect(labelled(one)).toMatchObject({
        'dev.understudy.run': '20261125-080000-abcdef',
        'dev.understudy.owner': 'me@here',
        'dev.understudy.created': '2026-11-25T08:00:00.000Z',
        'dev.understudy.maxttl': '3600000',
      });
  });

  test('names every object on the engine after its run, each by a name of its own', () => {
    const names = children.map(({ inputs }) => inputs.name ?? '');
    expect(names.filter((name) => !/^us-20261125-080000-abcdef(-[a-z0-9-]+)?$/.test(name))).toEqual([]);
    expect(new Set(names.slice(1)).size).toBe(names.length - 1);
  });

  test('starts nodes after their volumes and ends them before the keeper; nothing waits for the network’s resource', () => {
    const volumes = [
      'shared-archive',
      'worker-1-var-lib-worker',
      'worker-2-var-lib-worker',
      'worker-3-var-lib-worker',
    ];
    for (const { node } of [...thumbnails.plan.nodes].map(({ name }) => ({ node: named(declared, name) }))) {
      expect(node.dependsOn).toEqual([...volumes, 'keeper']);
      expect(node.deleteBeforeReplace).toBe(true);
    }
    expect(named(declared, 'keeper').dependsOn).toEqual([]);
  });

  test('has no way out, and the subnet that its run was bound to', () => {
    expect(named(declared, 'network').inputs).toMatchObject({
      internal: true,
      ipamConfigs: [{ subnet: '198.18.7.0/24', gateway: '198.18.7.1' }],
    });
  });

  test('has volumes of exactly the size and inodes that were asked for, owned by whom the spec says', () => {
    expect(named(declared, 'shared-archive').inputs['driverOpts']).toEqual({
      type: 'tmpfs',
      device: 'tmpfs',
      o: 'size=256m,nr_inodes=16384,uid=2001,gid=2001,mode=0755',
    });
    expect(named(declared, 'worker-2-var-lib-worker').inputs['driverOpts']).toMatchObject({
      o: 'size=64m,nr_inodes=4096,uid=2001,gid=2001,mode=0755',
    });
  });

  test('mounts the shared volume where it is mounted, and each disk in its own node', () => {
    const mounts = (name: string): unknown => named(declared, name).inputs['volumes'];
    const shared = { volumeName: 'us-20261125-080000-abcdef-shared-archive', containerPath: '/archive' };
    expect(mounts('broker-1')).not.toContainEqual(expect.objectContaining({ containerPath: '/archive' }));
    expect(mounts('client-1')).toContainEqual(shared);
    expect(mounts('worker-3')).toEqual(
      expect.arrayContaining([
        shared,
        { volumeName: 'us-20261125-080000-abcdef-worker-3-var-lib-worker', containerPath: '/var/lib/worker' },
      ]),
    );
  });

  test('declares the same inputs again for the same bound plan: a second `up` changes nothing', async () => {
    expect(await declare(boundForTest(thumbnails))).toEqual(declared);
  });

  test('has a time in one label and nowhere else', async () => {
    const later = await declare(boundForTest(thumbnails, { created: '2027-01-01T00:00:00.000Z' }));
    expect(JSON.stringify(later).replaceAll('2027-01-01T00:00:00.000Z', '2026-11-25T08:00:00.000Z')).toBe(
      JSON.stringify(declared),
    );
  });
});

describe('another cluster or host', () => {
  test('asks for the network after it was declared and before any node', async () => {
    const seen: string[] = [];
    await declare(boundForTest(idle), cgroup1, (declared) => seen.push(...declared));
    expect(seen).toEqual(['idle', 'network']);
  });

  test('needs no keeper where there are no cgroups of v1 to clear, or no systemd', async () => {
    const names = async (loaded: LoadedPlan, host: HostMechanism): Promise<readonly string[]> =>
      (await declare(boundForTest(loaded), host)).map(({ name }) => name);
    expect(await names(thumbnails, cgroup2)).not.toContain('keeper');
    expect(await names(idle, cgroup1)).toEqual(['idle', 'network', 'node-1', 'node-2', 'node-3']);
  });

  test('has a way out only where its spec says so', async () => {
    const open: LoadedPlan = { ...idle, plan: { ...idle.plan, egress: 'allow' } };
    expect(named(await declare(boundForTest(open)), 'network').inputs).toMatchObject({ internal: false });
  });
});
