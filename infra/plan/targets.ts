import { assertNever } from '../errors.ts';
import { isClockFault, type Fault } from '../spec/fault.ts';
import { onlyOfHttp } from '../spec/faults/dependency.ts';
import type {
  DependencyTarget,
  DiskTarget,
  LinkTarget,
  NodeTarget,
  UnitTarget,
} from '../spec/faults/targets.ts';
import { shapeLinks } from './network-shape.ts';
import { named, shortageOf, strangerOf, whyNothing, type NoTarget } from './no-target.ts';
import type { PlannedNode } from './plan.ts';
import { RefusedFault } from './refused-fault.ts';
import { drawFor, shuffled, type Draw } from './seed.ts';
import { linkText, targetText } from './target.ts';

/**
 * What a fault of a profile is on, sorted; nothing only where the fault says that it may be (`ifAny`). A seeded choice is the same wherever it stands in one profile: what is cut off
 * and then slow is one minority, and what is killed and then paused one worker.
 * @throws UsageError (64) where it is on nothing in this cluster, and is to be.
 */
export function targetsOf(
  profile: string,
  fault: Fault,
  nodes: readonly PlannedNode[],
  seed: number,
): readonly string[] {
  const refused = (short: string, { at, message, hint }: NoTarget): RefusedFault =>
    new RefusedFault('no-target', `fault "${profile}/${fault.name}" ${short}: ${message}`, {
      hint,
      place: { profile, fault: fault.name, at },
    });
  const none = 'has no target in this cluster';
  const stranger = strangerOf(fault, nodes);
  if (stranger !== null) throw refused(none, stranger);
  const found = on(fault, nodes, {
    draw: (what) => drawFor(seed, `${profile}/${what}`),
    refuse: (shortage) => {
      throw refused('has too few targets in this cluster', shortage);
    },
  });
  if (found.length > 0 || ('ifAny' in fault.on && fault.on.ifAny === true)) return [...new Set(found)].sort();
  throw refused(none, whyNothing(fault, nodes));
}

interface Choosing {
  readonly draw: (what: string) => Draw;
  readonly refuse: (shortage: NoTarget) => never;
}

function on(fault: Fault, nodes: readonly PlannedNode[], choosing: Choosing): readonly string[] {
  const target = fault.on;
  const choose: Choose = (choice, at, suits) => chosen(choice, { fault, at, nodes, suits, choosing });
  if ('links' in target) return linksOf(target.links, nodes, choosing);
  if ('disks' in target) return disksOf(target.disks, choose);
  if ('units' in target) return unitsOf(target.units, choose);
  if ('nodes' in target) return nodesOf(target.nodes, choose, isClockFault(fault));
  if ('dependencies' in target) return routesOf(target.dependencies, nodes, fault);
  return assertNever(target);
}

/** Nodes of the entry that stands at that place of what a fault is on. */
type Choose = (
  choice: NodeTarget[number],
  at: number,
  suits: (node: PlannedNode) => boolean,
) => readonly PlannedNode[];

function linksOf(target: LinkTarget, nodes: readonly PlannedNode[], { draw }: Choosing): readonly string[] {
  if (target !== 'all' && 'shape' in target) {
    const { shape, among } = target;
    return shapeLinks(target, namesOf(among, nodes), draw(`${shape} of ${among}`));
  }
  const ends = target === 'all' ? [{ from: '*', to: '*', both: false }] : target;
  return ends.flatMap(({ from, to, both }) =>
    namesOf(from, nodes).flatMap((a) =>
      namesOf(to, nodes)
        .filter((b) => b !== a)
        .flatMap((b) => (both ? [linkText(a, b), linkText(b, a)] : [linkText(a, b)])),
    ),
  );
}

function disksOf(target: DiskTarget, choose: Choose): readonly string[] {
  const wanted: Exclude<DiskTarget, 'all'> = target === 'all' ? [{ node: '*' }] : target;
  return wanted.flatMap(({ path: wantedPath, ...choice }, at) => {
    const ofNode = ({ disks }: PlannedNode): readonly string[] =>
      disks.map(({ path }) => path).filter((path) => wantedPath === undefined || path === wantedPath);
    return choose(choice, at, (node) => ofNode(node).length > 0).flatMap((node) =>
      ofNode(node).map((path) => targetText({ on: 'disk', node: node.name, path })),
    );
  });
}

function unitsOf(target: UnitTarget, choose: Choose): readonly string[] {
  return target.flatMap(({ unit: wanted, ...choice }, at) =>
    choose(choice, at, ({ units }) => wantedOf(units, wanted).length > 0).flatMap(({ name, units }) =>
      wantedOf(units, wanted).map((unit) => targetText({ on: 'unit', node: name, unit })),
    ),
  );
}

function wantedOf(units: readonly string[], wanted: string | undefined): readonly string[] {
  return wanted === undefined ? units : units.filter((unit) => unit === wanted);
}

/** Clocks are those of units: a node without any is none of "all nodes" then (beyond-sense.ts has it where it is named). */
function nodesOf(target: NodeTarget, choose: Choose, ofUnits: boolean): readonly string[] {
  return target.flatMap((choice, at) => {
    const suits = ({ units }: PlannedNode): boolean => !ofUnits || choice.node !== '*' || units.length > 0;
    return choose(choice, at, suits).map(({ name }) => targetText({ on: 'node', node: name }));
  });
}

/** Those that speak another protocol than the fault is of are none of "all dependencies". */
function routesOf(
  target: DependencyTarget,
  nodes: readonly PlannedNode[],
  { kind }: Fault,
): readonly string[] {
  return target.flatMap((wanted) =>
    named(wanted.name, nodes).flatMap(({ name: node, dependency }) => {
      if (dependency === undefined || (dependency.protocol === 'tcp' && onlyOfHttp.has(kind))) return [];
      return dependency.routes
        .filter(({ route }) => isWanted(route, wanted))
        .map(({ route }) => targetText({ on: 'route', node, route }));
    }),
  );
}

function isWanted(name: string, { route, port }: DependencyTarget[number]): boolean {
  const wanted = port === undefined ? route : `tcp ${port}`;
  return wanted === undefined || name === wanted;
}

/**
 * As many as are asked for of those that are named and suit, in an order that the seed gives; all of them where nobody asks.
 * The order is that of all that are named, so that different faults meet the same ones as far as they suit.
 */
function chosen(
  choice: NodeTarget[number],
  { fault, at, nodes, suits, choosing: { draw, refuse } }: ToChoose,
): readonly PlannedNode[] {
  const { node, count, percent, skip = 0 } = choice;
  const all = named(node, nodes);
  if (count === undefined && percent === undefined && skip === 0) return all.filter(suits);
  const shortage = shortageOf(fault, at, choice, all.filter(suits));
  if (shortage !== null) return refuse(shortage);
  const order = shuffled(all, draw(`nodes of ${node}`)).filter(suits);
  const size = count ?? Math.ceil((order.length * (percent ?? 100)) / 100);
  return order.slice(skip, skip + size);
}

interface ToChoose {
  readonly fault: Fault;
  readonly at: number;
  readonly nodes: readonly PlannedNode[];
  readonly suits: (node: PlannedNode) => boolean;
  readonly choosing: Choosing;
}

function namesOf(roleOrNode: string, nodes: readonly PlannedNode[]): readonly string[] {
  return named(roleOrNode, nodes).map(({ name }) => name);
}
