import type Docker from 'dockerode';
import type { BoundPlan, PlannedNode, ScheduledFault } from '../../infra/plan/plan.ts';
import { parseTarget } from '../../infra/plan/target.ts';
import type { NodeAccess } from '../nodes/node.ts';
import type { Abilities } from './abilities.ts';
import { allDone } from './all-done.ts';
import { Hold } from './hold.ts';
import { LinkDriver, linkMechanism } from './link-driver.ts';
import type { ProbePoint } from './link-probes.ts';
import { capabilities, startSideCar } from './side-car.ts';

/** One node with its side-car, lease and links. */
export interface Victim extends ProbePoint {
  readonly access: NodeAccess;
  readonly hold: Hold;
  readonly links: LinkDriver;
  readonly disks: readonly string[];
}

export interface VictimStage {
  readonly engine: Docker;
  readonly bound: BoundPlan;
  readonly nodes: ReadonlyMap<string, NodeAccess>;
  readonly toolbox: string;
  readonly abilities: Abilities;
}

/** A side-car and a lease for every node, all at once; where one cannot be had, the leases of the others are ended. */
export async function openVictims(
  stage: VictimStage,
  granted: readonly string[],
): Promise<readonly Victim[]> {
  const victims: Victim[] = [];
  const { nodes } = stage.bound.loaded.plan;
  try {
    await allDone(
      nodes.map(async (node) => {
        victims.push(await openVictim(stage, node, granted));
      }),
    );
  } catch (error) {
    await Promise.allSettled(victims.map(async ({ hold }) => hold.close()));
    throw error;
  }
  const order = nodes.map(({ name }) => name);
  return victims.sort((a, b) => order.indexOf(a.node) - order.indexOf(b.node));
}

async function openVictim(
  { bound, engine, nodes, toolbox, abilities }: VictimStage,
  { name, disks, host }: PlannedNode,
  granted: readonly string[],
): Promise<Victim> {
  const access = nodes.get(name);
  if (access === undefined) throw new Error(`node ${name} is not there`);
  const sideCar = await startSideCar(engine, bound, name, toolbox, granted);
  const hold = await Hold.open(sideCar);
  return {
    node: name,
    address: bound.run.addresses[name] ?? '',
    access,
    sideCar,
    hold,
    // Each receiver draws its own losses, and each of its links its own again (linkshape.c).
    links: new LinkDriver(hold, bound.loaded.plan.seed * 65_536 + host, linkMechanism(abilities)),
    disks: disks.map(({ path }) => path),
  };
}

export function victimNamed(victims: readonly Victim[], name: string): Victim {
  const victim = victims.find(({ node }) => node === name);
  if (victim === undefined) throw new Error(`no node ${name}`);
  return victim;
}

export function diskOf(victims: readonly Victim[], text: string): { victim: Victim; path: string } {
  const target = parseTarget(text);
  if (target.on !== 'disk') throw new Error(`${text} is no disk`);
  return { victim: victimNamed(victims, target.node), path: target.path };
}

/** The least that these faults need; mounts are only given where a mount of the node must change. */
export function capabilitiesFor(schedule: readonly ScheduledFault[]): readonly string[] {
  const mounts = schedule.some(({ fault }) => fault.kind === 'disk.readonly');
  return [...capabilities.network, ...capabilities.disk, ...(mounts ? capabilities.mount : [])];
}
