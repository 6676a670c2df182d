import type Docker from 'dockerode';
import { containerName } from '../../../infra/components/docker/names.ts';
import { namesOf } from '../../../infra/plan/cluster-names.ts';
import { uploadsOf } from '../../../infra/components/docker/node.ts';
import type {
  BoundPlan,
  PlannedDependency,
  PlannedNode,
  PlannedVersion,
  ScheduledFault,
} from '../../../infra/plan/plan.ts';
import { linkText, nodesOf, parseTarget } from '../../../infra/plan/target.ts';
import { versionsFor } from '../../../infra/plan/versions.ts';
import { isAwayFault, isReplacingFault } from '../../../infra/spec/fault.ts';
import { DockerMachine, type Machine } from '../../nodes/machine.ts';
import type { NodeAccess } from '../../nodes/node.ts';
import type { Abilities } from '../side-car/abilities.ts';
import { allDone } from '../../all-done.ts';
import { carryVersions } from '../side-car/carried-versions.ts';
import { Hold } from '../side-car/hold.ts';
import { kinds } from '../kinds/kinds.ts';
import { LinkDriver, linkMechanism, streamOf } from '../links/link-driver.ts';
import type { ProbePoint } from '../links/link-probes.ts';
import {
  reachesFiles,
  startAnchor,
  startSideCar,
  type Anchor,
  type Grant,
  type SideCar,
} from '../side-car/side-car.ts';

/** One node with its side-car, lease and links. */
export interface Victim extends ProbePoint {
  readonly access: NodeAccess;
  readonly machine: Machine;
  readonly hold: Hold;
  readonly links: LinkDriver;
  /** Its side-car sees the node's own files, through /proc/1/root. */
  readonly reachesFiles: boolean;
  readonly disks: readonly string[];
  readonly units: readonly string[];
  /** By which the cluster's name server knows it, its own first. */
  readonly names: readonly string[];
  /** null: it is software under test. */
  readonly dependency: PlannedDependency | null;
  /** Its node has started anew: side-car, lease and links are of namespaces that are gone, and others come in their place. */
  rearm(): Promise<void>;
  /** Another machine is in its place, with empty disks, and side-car, lease and links of that. */
  replace(): Promise<void>;
  /** Waits until it is what its role calls ready, cut off from all but the cluster. */
  ready(): Promise<void>;
  /** What is in force on it is undone; rejects with what could not be. Nothing is asked of its side-car after that. */
  disarm(): Promise<void>;
  /** As `disarm`, of a node that has ended: nobody answers there. */
  abandon(): void;
}

export interface VictimStage {
  readonly engine: Docker;
  readonly bound: BoundPlan;
  readonly nodes: ReadonlyMap<string, NodeAccess>;
  readonly toolbox: string;
  readonly abilities: Abilities;
  /** As `Victim.ready`. */
  readonly ready: (node: PlannedNode) => Promise<void>;
}

/** A side-car and a lease for every node, all at once; where one cannot be had, the leases of the others are ended. */
export async function openVictims(
  stage: VictimStage,
  faults: readonly ScheduledFault[],
): Promise<readonly Victim[]> {
  const victims: Victim[] = [];
  const { nodes } = stage.bound.loaded.plan;
  try {
    await allDone(
      nodes.map(async (node) => {
        const own = faults.filter(({ targets }) => targets.some((one) => nodesOf(one).includes(node.name)));
        victims.push(await ArmedNode.open(stage, node, own));
      }),
    );
  } catch (error) {
    await Promise.allSettled(victims.map(async (victim) => victim.disarm()));
    throw error;
  }
  const order = nodes.map(({ name }) => name);
  return victims.sort((a, b) => order.indexOf(a.node) - order.indexOf(b.node));
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

export function unitOf(victims: readonly Victim[], text: string): { victim: Victim; unit: string } {
  const target = parseTarget(text);
  if (target.on !== 'unit') throw new Error(`${text} is no unit`);
  return { victim: victimNamed(victims, target.node), unit: target.unit };
}

export function routeOf(victims: readonly Victim[], text: string): { victim: Victim; route: string } {
  const target = parseTarget(text);
  if (target.on !== 'route') throw new Error(`${text} is no route`);
  return { victim: victimNamed(victims, target.node), route: target.route };
}

/** Pure: the least that these faults need of a side-car, what reading a fingerprint does, and looking for a file. */
function grantsFor(faults: readonly ScheduledFault[], looksForFile = false): ReadonlySet<Grant> {
  const isOnPort = faults.some(({ fault }) => fault.kind === 'network.partition' && fault.only !== undefined);
  return new Set<Grant>([
    ...(['network', 'disk'] as const),
    ...(looksForFile ? (['inside'] as const) : []),
    ...(isOnPort ? (['raw'] as const) : []),
    ...faults.flatMap(({ fault }) => kinds[fault.kind].needs),
  ]);
}

function waitsForFile(node: string, { loaded }: BoundPlan): boolean {
  return loaded.plan.schedule.some(
    ({ after }) => after?.event.file !== undefined && after.nodes.includes(node),
  );
}

/** Ends what is in force, all at once. */
export async function endLeases(victims: readonly Victim[]): Promise<void> {
  await allDone(victims.map(async (victim) => victim.disarm()));
}

/** What acts on one start of a node. */
interface Arms {
  readonly sideCar: SideCar;
  readonly hold: Hold;
  readonly links: LinkDriver;
}

class ArmedNode implements Victim {
  readonly node: string;
  readonly address: string;
  readonly access: NodeAccess;
  readonly machine: Machine;
  readonly disks: readonly string[];
  readonly units: readonly string[];
  readonly names: readonly string[];
  readonly dependency: PlannedDependency | null;
  readonly #stage: VictimStage;
  readonly #planned: PlannedNode;
  readonly #granted: ReadonlySet<Grant>;
  readonly #versions: readonly PlannedVersion[];
  #arms: Arms;
  /** null: nothing takes this node away and gives it back as it was. */
  #anchor: Anchor | null;
  #starts = 1;

  private constructor(
    stage: VictimStage,
    planned: PlannedNode,
    access: NodeAccess,
    granted: ReadonlySet<Grant>,
    arms: Arms,
    versions: readonly PlannedVersion[],
    anchor: Anchor | null,
  ) {
    const { name, disks, units, dependency = null } = planned;
    this.node = name;
    this.address = stage.bound.run.addresses[name] ?? '';
    this.access = access;
    this.machine = new DockerMachine(stage.engine, containerName(stage.bound, name));
    this.disks = disks.map(({ path }) => path);
    this.units = units;
    this.names = namesOf(planned, stage.bound.loaded.plan.nodes);
    this.dependency = dependency;
    this.#stage = stage;
    this.#planned = planned;
    this.#granted = granted;
    this.#arms = arms;
    this.#versions = versions;
    this.#anchor = anchor;
  }

  static async open(
    stage: VictimStage,
    planned: PlannedNode,
    faults: readonly ScheduledFault[],
  ): Promise<ArmedNode> {
    const access = stage.nodes.get(planned.name);
    if (access === undefined) throw new Error(`node ${planned.name} is not there`);
    const granted = grantsFor(faults, waitsForFile(planned.name, stage.bound));
    const versions = versionsFor(stage.bound.loaded.plan, planned, faults);
    const keepsDisks = ({ fault }: ScheduledFault): boolean => isAwayFault(fault) && !isReplacingFault(fault);
    await using unlessArmed = new AsyncDisposableStack();
    let anchor: Anchor | null = null;
    if (planned.disks.length > 0 && faults.some(keepsDisks)) {
      anchor = await anchorOf(stage, planned);
      unlessArmed.adopt(anchor, async (one) => one.remove().catch(() => undefined)); // by its label otherwise
    }
    const arms = await arm(stage, planned, granted, versions, 1);
    unlessArmed.move(); // from now on it goes with the node
    return new ArmedNode(stage, planned, access, granted, arms, versions, anchor);
  }

  get sideCar(): NodeAccess {
    return this.#arms.sideCar.access;
  }

  get reachesFiles(): boolean {
    return reachesFiles(this.#granted);
  }

  get hold(): Hold {
    return this.#arms.hold;
  }

  get links(): LinkDriver {
    return this.#arms.links;
  }

  async rearm(): Promise<void> {
    await this.#abandonForGood();
    await this.#armAgain();
  }

  /** Disks are emptied when nobody has them any more. */
  async replace(): Promise<void> {
    const anchor = this.#anchor;
    await this.machine.kill();
    await this.#abandonForGood();
    await anchor?.remove();
    await this.machine.replace(uploadsOf(this.#stage.bound, this.#planned));
    if (anchor !== null) this.#anchor = await anchorOf(this.#stage, this.#planned);
    await this.#armAgain();
  }

  async ready(): Promise<void> {
    await this.#stage.ready(this.#planned);
  }

  async disarm(): Promise<void> {
    const { hold, sideCar } = this.#arms;
    try {
      await hold.close();
    } finally {
      sideCar.leave();
    }
  }

  abandon(): void {
    const { hold, sideCar } = this.#arms;
    hold.leave();
    sideCar.leave();
  }

  async #abandonForGood(): Promise<void> {
    this.abandon();
    await this.#arms.sideCar.remove();
  }

  async #armAgain(): Promise<void> {
    this.#starts += 1;
    this.#arms = await arm(this.#stage, this.#planned, this.#granted, this.#versions, this.#starts);
  }
}

async function anchorOf({ engine, bound, toolbox }: VictimStage, { name }: PlannedNode): Promise<Anchor> {
  return await startAnchor(engine, bound, name, toolbox);
}

async function arm(
  { bound, engine, toolbox, abilities }: VictimStage,
  planned: PlannedNode,
  granted: ReadonlySet<Grant>,
  versions: readonly PlannedVersion[],
  start: number,
): Promise<Arms> {
  const { name } = planned;
  const sideCar = await startSideCar(engine, bound, name, toolbox, granted, start);
  let hold: Hold;
  try {
    await carryVersions(engine, bound, sideCar, versions);
    hold = await Hold.open(sideCar.access);
  } catch (error) {
    sideCar.leave(); // its runner would keep us going; the container goes with the node
    throw error;
  }
  const senders = new Map(Object.entries(bound.run.addresses).map(([node, address]) => [address, node]));
  const stream = (address: string): string =>
    streamOf(bound.loaded.plan.seed, linkText(senders.get(address) ?? address, name));
  return { sideCar, hold, links: new LinkDriver(hold, stream, linkMechanism(abilities)) };
}
