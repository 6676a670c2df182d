import type * as docker from '@pulumi/docker';
import type { Input } from '@pulumi/pulumi';
import { knownHosts } from '../../plan/bind.ts';
import { namesOf } from '../../plan/cluster-names.ts';
import type { BoundPlan, PlannedNode } from '../../plan/plan.ts';
import type { HostMechanism } from './host.ts';
import { labelsOf } from './labels.ts';
import { cgroupFolder, containerName, diskName, imageName, networkName, sharedVolumeName } from './names.ts';

/**
 * A node as a container: all limits, files, names and labels. Pure: the plan and the host decide everything. `conceal`
 * is given every text that may hold a secret.
 */
export function nodeArguments(
  bound: BoundPlan,
  node: PlannedNode,
  host: HostMechanism,
  conceal: (text: string) => Input<string> = (text) => text,
): docker.ContainerArgs {
  return {
    name: containerName(bound, node.name),
    hostname: node.name,
    image: imageName(node.image),
    memory: node.memoryMiB,
    // Beside memory it must be given, or every `up` proposes an update; equal means no swap.
    memorySwap: node.memoryMiB,
    ...(node.cpus === null ? {} : { cpus: String(node.cpus) }),
    ...(node.command === null ? {} : { command: [...node.command] }),
    networksAdvanced: [
      {
        name: networkName(bound),
        ipv4Address: bound.run.addresses[node.name] ?? '',
        aliases: [...namesOf(node, bound.loaded.plan.nodes)],
      },
    ],
    // Docker's own DNS answers the cluster's names; what it does not know goes to nobody.
    dns: ['127.0.0.1'],
    capabilities: { drops: ['ALL'], adds: capabilitiesOf(node) },
    volumes: volumesOf(bound, node, host),
    uploads: uploadsOf(bound, node).map(({ path, content, mode }) => ({
      file: path,
      // The provider takes an empty text for none at all.
      ...(content === '' ? { source: '/dev/null' } : { content: conceal(content) }),
      permissions: mode,
    })),
    sysctls: { ...node.sysctls },
    ulimits: ulimitsOf(node),
    labels: labelsOf(bound, { 'dev.understudy.node': node.name }),
    logDriver: 'json-file',
    logOpts: { 'max-size': '32m', 'max-file': '2' },
    ...(node.init === 'systemd'
      ? systemd(host)
      : { envs: Object.entries(node.environment).map(([name, value]) => conceal(`${name}=${value}`)) }),
    ...quick,
  };
}

/** What is put into a node before it first starts, beside its image. */
export function uploadsOf(bound: BoundPlan, node: PlannedNode): readonly Upload[] {
  return [...node.files, ...(node.init === 'systemd' ? keyFiles(bound, node) : [])];
}

/** By the names that the engine reports back: with others every `pulumi refresh` would find a difference. */
function capabilitiesOf(node: PlannedNode): string[] {
  const own = node.init === 'systemd' ? systemdCapabilities : imageCapabilities;
  return [...own, ...node.capabilities].map((name) => `CAP_${name.replace(/^CAP_/, '')}`).sort();
}

/** Docker's default set: what production's own container would have. */
const imageCapabilities = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
  'AUDIT_WRITE',
] as const;
/** The same: systemd needs no more than that (mechanisms §10). */
const systemdCapabilities = imageCapabilities;

function systemd({ cgroupVersion, seccompProfile }: HostMechanism): Partial<docker.ContainerArgs> {
  return {
    cgroupnsMode: 'private',
    tmpfs: { '/run': 'rw,nosuid,nodev,mode=755', '/run/lock': 'rw,nosuid,nodev', '/tmp': 'rw,nosuid,nodev' },
    stopSignal: 'SIGRTMIN+3',
    envs: ['container=docker'],
    securityOpts: [
      ...(seccompProfile === null ? [] : [`seccomp=${seccompProfile}`]),
      // Engine 28 and later; not exercised where this is built, which has cgroup v1.
      ...(cgroupVersion === 2 ? ['writable-cgroups=true'] : []),
    ],
  };
}

function volumesOf(
  bound: BoundPlan,
  node: PlannedNode,
  { cgroupVersion }: HostMechanism,
): docker.types.input.ContainerVolume[] {
  const shared = bound.loaded.plan.volumes.flatMap(({ name, mounts }) =>
    mounts
      .filter((mount) => mount.node === node.name)
      .map(({ path }) => ({ volumeName: sharedVolumeName(bound, name), containerPath: path })),
  );
  const own = node.disks.map(({ path }) => ({
    volumeName: diskName(bound, node.name, path),
    containerPath: path,
  }));
  const cgroup =
    node.init === 'systemd' && cgroupVersion === 1
      ? [{ hostPath: `${cgroupFolder(bound)}/${node.name}`, containerPath: '/sys/fs/cgroup/systemd' }]
      : [];
  return [...shared, ...own, ...cgroup];
}

export interface Upload {
  readonly path: string;
  readonly content: string;
  /** Octal. */
  readonly mode: string;
}

/** images/base puts these in place at boot; they live as long as the run. */
function keyFiles(bound: BoundPlan, node: PlannedNode): readonly Upload[] {
  const { ssh } = bound.run;
  const host = ssh.hostKeys[node.name];
  if (host === undefined) return [];
  const file = (name: string, content: string, mode = '0644'): Upload => ({
    path: `/etc/understudy/ssh/${name}`,
    content,
    mode,
  });
  return [
    file('account', bound.loaded.plan.accounts[0]?.name ?? ''),
    file('id_ed25519', ssh.privateKey, '0600'),
    file('id_ed25519.pub', `${ssh.publicKey}\n`),
    file('known_hosts', knownHosts(bound.loaded.plan, bound.run)),
    file('ssh_host_ed25519_key', host.privateKey, '0600'),
    file('ssh_host_ed25519_key.pub', `${host.publicKey}\n`),
  ];
}

/** The engine counts what a core may have in bytes. */
function ulimitsOf({ limits, cores }: PlannedNode): docker.types.input.ContainerUlimit[] {
  const core = limits.coreKiB === undefined ? (cores === true ? -1 : undefined) : limits.coreKiB * 1024;
  const given = { nofile: limits.nofile, nproc: limits.nproc, core };
  return Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, soft: value, hard: value }],
  );
}

/** Without the plugin's own waiting and log reading. */
export const quick = { mustRun: true, wait: false, logs: false, attach: false } as const;
