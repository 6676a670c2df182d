import type Docker from 'dockerode';
import { roleLabel, runLabel } from '../../infra/run-marks.ts';
import { cgroupSubtree, hasCgroupSubtree, removeCgroupSubtree } from './cgroup-subtree.ts';
import type { ClusterObject, ObjectStore } from './sweep.ts';
import { StuckError } from './sweep.ts';

export interface RunObjectsOptions {
  readonly engine: Docker;
  readonly runId: string;
  /** True where the engine runs on this machine and we are root: then we remove the nodes' cgroups ourselves. */
  readonly ownCgroups: boolean;
}

/** A run's objects on a Docker engine. */
export function runObjects(options: RunObjectsOptions): ObjectStore {
  const { engine, runId, ownCgroups } = options;
  return {
    list: async (signal) => {
      const label = [`${runLabel}=${runId}`];
      const [containers, networks, { Volumes: volumes }] = await Promise.all([
        engine.listContainers({ all: true, filters: { label }, abortSignal: signal }),
        engine.listNetworks({ filters: { label }, abortSignal: signal }),
        engine.listVolumes({ filters: { label }, abortSignal: signal }),
      ]);
      return [
        ...containers.map(containerObject),
        ...networks.map(({ Id, Name }): ClusterObject => ({ kind: 'network', id: Id, name: Name })),
        ...volumes.map(({ Name }): ClusterObject => ({ kind: 'volume', id: Name, name: Name })),
        ...(ownCgroups && hasCgroupSubtree(runId) ? [cgroupObject(runId)] : []),
      ];
    },
    remove: async (object, signal) => {
      await removeObject(options, object, ownCgroups, signal).catch(ignoreGone);
    },
  };
}

/** A container as what it is to a sweep. */
export function containerObject({ Id, Names, Labels }: Docker.ContainerInfo): ClusterObject {
  const kind = Labels[roleLabel] === 'keeper' ? 'keeper' : 'container';
  return { kind, id: Id, name: Names[0]?.slice(1) ?? Id.slice(0, 12) };
}

function cgroupObject(runId: string): ClusterObject {
  return { kind: 'cgroup', id: cgroupSubtree(runId), name: cgroupSubtree(runId) };
}

async function removeObject(
  { engine, runId }: RunObjectsOptions,
  { kind, id }: ClusterObject,
  ownCgroups: boolean,
  signal: AbortSignal,
): Promise<void> {
  switch (kind) {
    case 'container':
    case 'build':
      await engine.getContainer(id).remove({ force: true, v: true, abortSignal: signal });
      return;
    case 'keeper':
      // On its SIGTERM it removes the nodes' cgroups: the only way where they are on another machine or not ours.
      if (!ownCgroups) {
        await engine.getContainer(id).stop({ t: 5, abortSignal: signal }).catch(ignoreStopped);
      }
      await engine.getContainer(id).remove({ force: true, v: true, abortSignal: signal });
      return;
    case 'cgroup':
      removeCgroupSubtree(runId);
      return;
    case 'network':
      await removeNetwork(engine.getNetwork(id), signal);
      return;
    case 'volume':
      await engine.getVolume(id).remove({ force: true, abortSignal: signal });
      return;
    case 'image':
      await engine.getImage(id).remove({ abortSignal: signal });
      return;
  }
}

/** A container that somebody else attached to the network keeps it alive (403): it is detached, not destroyed. */
async function removeNetwork(network: Docker.Network, signal: AbortSignal): Promise<void> {
  try {
    await network.remove({ abortSignal: signal });
  } catch (error) {
    if (statusOf(error) !== 403) throw error;
    const { Containers: attached } = await inspectNetwork(network);
    await Promise.all(
      Object.keys(attached).map((container) => network.disconnect({ Container: container, Force: true })),
    );
    await network.remove({ abortSignal: signal }).catch((still: unknown) => {
      if (statusOf(still) !== 403 || Object.keys(attached).length > 0) throw still;
      // Seen once with Docker 20.10, after containers were removed while they were being started.
      const why =
        'the engine counts endpoints of it that it does not have; a restart of the engine mends that';
      throw new StuckError(why, { cause: still });
    });
  }
}

async function inspectNetwork(network: Docker.Network): Promise<{ readonly Containers: object }> {
  const { Containers } = await network.inspect();
  return { Containers: Containers ?? {} };
}

/** One that is already gone is as it should be. */
export function ignoreGone(error: unknown): void {
  if (statusOf(error) !== 404) throw error;
}

function ignoreStopped(error: unknown): void {
  if (statusOf(error) !== 304) throw error;
}

function statusOf(error: unknown): number | null {
  return typeof error === 'object' &&
    error !== null &&
    'statusCode' in error &&
    typeof error.statusCode === 'number'
    ? error.statusCode
    : null;
}
