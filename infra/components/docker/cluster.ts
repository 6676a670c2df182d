import * as docker from '@pulumi/docker';
import * as pulumi from '@pulumi/pulumi';
import type { BoundPlan } from '../../plan/plan.ts';
import { secretsOfPlan, secretsOfRun } from '../../plan/secrets.ts';
import type { HostMechanism } from './host.ts';
import { labelsOf } from './labels.ts';
import {
  cgroupFolder,
  diskName,
  imageName,
  keeperName,
  networkName,
  pathName,
  sharedVolumeName,
} from './names.ts';
import { nodeArguments, quick } from './node.ts';

export interface DockerClusterArguments {
  readonly bound: BoundPlan;
  readonly host: HostMechanism;
  /** Resolves when the engine knows the network. */
  readonly networkThere: () => Promise<void>;
}

/**
 * A cluster on a Docker Engine. Containers name the network instead of depending on its resource: the plugin waits two
 * more seconds after the network is there, and containers need not (measured; ARCHITECTURE.md).
 */
export class DockerCluster extends pulumi.ComponentResource {
  private constructor(name: string, options: pulumi.ComponentResourceOptions) {
    super('understudy:docker:Cluster', name, {}, options);
  }

  static async create(
    { bound, host, networkThere }: DockerClusterArguments,
    options: pulumi.ComponentResourceOptions = {},
  ): Promise<DockerCluster> {
    const cluster = new DockerCluster(bound.loaded.plan.cluster, options);
    const child = { parent: cluster };
    network(bound, child);
    const volumes = [...sharedVolumes(bound, child), ...disks(bound, child)];
    const keeper = needsKeeper(bound, host) ? [cgroupKeeper(bound, child)] : [];
    if (!pulumi.runtime.isDryRun()) await networkThere();
    const conceal = concealing(bound);
    for (const node of bound.loaded.plan.nodes) {
      new docker.Container(node.name, nodeArguments(bound, node, host, conceal), {
        ...child,
        // Created after their volumes, gone before them and before the keeper that clears their cgroups.
        dependsOn: [...volumes, ...keeper],
        deleteBeforeReplace: true,
      });
    }
    cluster.registerOutputs({});
    return cluster;
  }
}

/** What holds a secret is encrypted in the stack's state, and no diff of Pulumi's shows it. */
function concealing({ loaded, run }: BoundPlan): (text: string) => pulumi.Input<string> {
  const secrets = [...secretsOfPlan(loaded.plan), ...secretsOfRun(run, loaded.plan.nodes)];
  return (text) => (secrets.some(({ value }) => text.includes(value)) ? pulumi.secret(text) : text);
}

type Child = { readonly parent: pulumi.Resource };

function network(bound: BoundPlan, child: Child): void {
  const { subnet } = bound.run;
  new docker.Network(
    'network',
    {
      name: networkName(bound),
      internal: bound.loaded.plan.egress === 'deny',
      ipamConfigs: [{ subnet: subnet.ipv4, gateway: subnet.gateway4 }],
      labels: labelsOf(bound),
    },
    child,
  );
}

/** tmpfs: exact in bytes and inodes, and never the host's disk (mechanisms §4). */
function tmpfs(sizeMiB: number, inodes: number | null, { uid, gid }: Ids): Record<string, string> {
  const limits = [
    `size=${sizeMiB}m`,
    ...(inodes === null ? [] : [`nr_inodes=${inodes}`]),
    `uid=${uid}`,
    `gid=${gid}`,
    'mode=0755',
  ];
  return { type: 'tmpfs', device: 'tmpfs', o: limits.join(',') };
}

function sharedVolumes(bound: BoundPlan, child: Child): readonly docker.Volume[] {
  const { volumes } = bound.loaded.plan;
  return volumes.map(
    ({ name, sizeMiB, inodes, owner }) =>
      new docker.Volume(
        `shared-${name}`,
        {
          name: sharedVolumeName(bound, name),
          driver: 'local',
          driverOpts: tmpfs(sizeMiB, inodes, ownerOf(bound, owner)),
          labels: labelsOf(bound),
        },
        child,
      ),
  );
}

function disks(bound: BoundPlan, child: Child): readonly docker.Volume[] {
  return bound.loaded.plan.nodes.flatMap(({ name, disks: all }) =>
    all.map(
      ({ path, sizeMiB, inodes }) =>
        new docker.Volume(
          `${name}${pathName(path)}`,
          {
            name: diskName(bound, name, path),
            driver: 'local',
            driverOpts: tmpfs(sizeMiB, inodes, ownerOf(bound, null)),
            labels: labelsOf(bound),
          },
          child,
        ),
    ),
  );
}

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/** Owner of a disk's root folder, `account` or `account:group`: the one named, else the cluster's first account, else root. */
function ownerOf({ loaded }: BoundPlan, owner: string | null): Ids {
  const { accounts } = loaded.plan;
  const [name = '', group = ''] = owner?.split(':') ?? [accounts[0]?.name];
  const account = accounts.find((one) => one.name === name);
  // An account's own group has its name; a cluster knows no others by number.
  const sharing = accounts.find((one) => one.name === group) ?? (group === '' ? account : undefined);
  return { uid: account?.uid ?? 0, gid: sharing?.gid ?? sharing?.uid ?? 0 };
}

function needsKeeper({ loaded }: BoundPlan, { cgroupVersion }: HostMechanism): boolean {
  return cgroupVersion === 1 && loaded.plan.nodes.some(({ init }) => init === 'systemd');
}

/** Removes the nodes' cgroup subtree when it is told to end, which is after every node: they depend on it. */
function cgroupKeeper(bound: BoundPlan, child: Child): docker.Container {
  const image = bound.loaded.plan.nodes.find(({ init }) => init === 'systemd')?.image;
  if (image === undefined) throw new Error('no systemd node to keep cgroups of');
  const folder = cgroupFolder(bound).replace('/sys/fs/cgroup/systemd', '/keeper');
  const script = `trap 'find ${folder} -depth -type d -exec rmdir {} + ; exit 0' TERM; while :; do sleep 3600 & wait $!; done`;
  return new docker.Container(
    'keeper',
    {
      name: keeperName(bound),
      image: imageName(image),
      entrypoints: ['/bin/sh', '-c'],
      command: [script],
      stopSignal: 'SIGTERM',
      networkMode: 'none',
      capabilities: { drops: ['ALL'] },
      volumes: [{ hostPath: '/sys/fs/cgroup/systemd', containerPath: '/keeper' }],
      memory: 32,
      memorySwap: 32,
      labels: labelsOf(bound, { 'dev.understudy.role': 'keeper' }),
      ...quick,
    },
    child,
  );
}
