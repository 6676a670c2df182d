import type Docker from 'dockerode';
import { containerName } from '../../../infra/components/docker/names.ts';
import type { BoundPlan } from '../../../infra/plan/plan.ts';
import { DockerNode } from '../../nodes/docker.ts';
import type { NodeAccess } from '../../nodes/node.ts';
import { RunnerNode } from '../../nodes/runner.ts';

/**
 * What a side-car may do. Links need NET_ADMIN; disks DAC_OVERRIDE, where their folder is another account's; SYS_ADMIN,
 * SYS_PTRACE and SYS_CHROOT are only for a mount of the node itself (disk.readonly), KILL for processes of any account, and
 * SETUID and SETGID for what a process alone may do to another of its account; SYS_PTRACE and SYS_CHROOT alone lead to the
 * node's own files and programs, through /proc/1/root; to ask processes for their time, too; CHOWN, FOWNER and FSETID
 * are to put back files of any account as they were, and to act for any account on a disk that a layer stands in front of; NET_BIND_SERVICE is to answer at the port of name servers and of a
 * metadata service, which a node may keep for those who may; NET_RAW to see what arrives at a port that somebody else serves;
 * and to see a signal arrive is to trace who gets it.
 */
export const capabilities = {
  network: ['NET_ADMIN'],
  disk: ['DAC_OVERRIDE'],
  mount: ['SYS_ADMIN', 'SYS_PTRACE', 'SYS_CHROOT'],
  layer: ['SYS_ADMIN', 'SYS_PTRACE', 'SYS_CHROOT', 'CHOWN', 'FOWNER', 'FSETID'],
  signal: ['KILL'],
  limits: ['SETUID', 'SETGID'],
  inside: ['SYS_PTRACE', 'SYS_CHROOT'],
  files: ['SYS_PTRACE', 'SYS_CHROOT', 'CHOWN', 'FOWNER', 'FSETID'],
  clock: ['SYS_PTRACE', 'SYS_CHROOT'],
  names: ['NET_BIND_SERVICE'],
  raw: ['NET_RAW'],
  metadata: ['NET_BIND_SERVICE'],
  trace: ['SYS_PTRACE'],
} as const;
export type Grant = keyof typeof capabilities;

/** Those that are about the node's processes, and need to see them. */
const amongProcesses: readonly Grant[] = [
  ...(['mount', 'layer', 'signal', 'limits', 'inside', 'files', 'clock', 'trace'] as const),
];

/** Pure: whether a side-car that may do this sees the node's own files, through /proc/1/root. */
export function reachesFiles(granted: ReadonlySet<Grant>): boolean {
  return amongProcesses.some(
    (one) => granted.has(one) && capabilities[one].some((may) => may === 'SYS_PTRACE'),
  );
}

/** A file system in user space is served through it. */
export const fuse = { PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rw' };

/** Weight against other containers (1024 each) where the processors are all in use; Docker's upper limit. */
const mostCpuShares = 262_144;

/** A container in the node's namespaces with the tools that the node's own image need not have; it idles. */
export interface SideCar {
  readonly access: NodeAccess;
  /** Unpacks a tar archive into a folder that it has. */
  receive(archive: NodeJS.ReadableStream, folder: string): Promise<void>;
  /** Nothing more is asked of it: the stream to it is closed. */
  leave(): void;
  remove(): Promise<void>;
}

/** `start`: how often its node has started. It has other namespaces each time, and so another side-car. */
export async function startSideCar(
  engine: Docker,
  bound: BoundPlan,
  node: string,
  image: string,
  granted: ReadonlySet<Grant>,
  start: number,
): Promise<SideCar> {
  const inside = `container:${containerName(bound, node)}`;
  const container = await engine.createContainer({
    name: `${containerName(bound, node)}-sidecar${start === 1 ? '' : `-${start}`}`,
    Image: image,
    Entrypoint: ['sleep', 'infinity'],
    Labels: { ...bound.labels, 'dev.understudy.role': 'sidecar' },
    HostConfig: {
      NetworkMode: inside,
      ...(amongProcesses.some((one) => granted.has(one)) ? { PidMode: inside } : {}),
      VolumesFrom: [containerName(bound, node)],
      // A shaper that waits for the processor would add its own jitter to what was asked.
      CpuShares: mostCpuShares,
      CapDrop: ['ALL'],
      CapAdd: [...new Set([...granted].flatMap((one) => capabilities[one]))],
      // setns and mount are refused by the default profiles even with the capability.
      ...(granted.has('mount') || granted.has('layer') ? { SecurityOpt: ['apparmor=unconfined'] } : {}),
      ...(granted.has('layer') ? { Devices: [fuse] } : {}),
    },
  });
  await container.start();
  const access = await RunnerNode.open(new DockerNode(engine, `${node} side-car`, container.id));
  return {
    access,
    receive: async (archive, folder) => {
      await container.putArchive(archive, { path: folder });
    },
    leave: () => {
      access.close();
    },
    remove: async () => {
      await container.remove({ force: true });
    },
  };
}

/**
 * Keeps a node's disks for as long as the node is down: a volume in memory is emptied when the last container that has it
 * ends, and a side-car among the node's processes ends with them.
 */
export async function startAnchor(
  engine: Docker,
  bound: BoundPlan,
  node: string,
  image: string,
): Promise<Anchor> {
  const container = await engine.createContainer({
    name: `${containerName(bound, node)}-anchor`,
    Image: image,
    Entrypoint: ['sleep', 'infinity'],
    Labels: { ...bound.labels, 'dev.understudy.role': 'anchor' },
    HostConfig: { NetworkMode: 'none', VolumesFrom: [containerName(bound, node)], CapDrop: ['ALL'] },
  });
  const remove = async (): Promise<void> => {
    await container.remove({ force: true });
  };
  try {
    await container.start();
  } catch (error) {
    await remove().catch(() => undefined); // by its label otherwise
    throw error;
  }
  return { remove };
}

/** Without it disks are emptied when their node ends. */
export interface Anchor {
  remove(): Promise<void>;
}
