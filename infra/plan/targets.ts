import { UsageError, assertNever } from '../errors.ts';
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
import type { PlannedNode } from './plan.ts';
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
  const found = on(fault, nodes, (what) => drawFor(seed, `${profile}/${what}`));
  if (found.length > 0 || ('ifAny' in fault.on && fault.on.ifAny === true)) return [...new Set(found)].sort();
  throw new UsageError('no-target', `fault "${profile}/${fault.name}" has no target in this cluster`, {
    hint: whatThereIs(fault, nodes),
  });
}

type DrawOf = (what: string) => Draw;

function on(fault: Fault, nodes: readonly PlannedNode[], draw: DrawOf): readonly string[] {
  const target = fault.on;
  if ('links' in target) return linksOf(target.links, nodes, draw);
  if ('disks' in target) return disksOf(target.disks, nodes, draw);
  if ('units' in target) return unitsOf(target.units, nodes, draw);
  if ('nodes' in target) return nodesOf(target.nodes, nodes, draw, isClockFault(fault));
  if ('dependencies' in target) return routesOf(target.dependencies, nodes, fault);
  return assertNever(target);
}

function whatThereIs({ on: target }: Fault, nodes: readonly PlannedNode[]): string {
  const said = (of: (node: PlannedNode) => readonly string[]): string =>
    [...new Set(nodes.flatMap(of))].join(', ') || 'none';
  const named = `its roles and nodes are ${said(({ role, name }) => [role, name])}`;
  if ('disks' in target)
    return `${named}; its disks are ${said(({ disks }) => disks.map(({ path }) => path))} (\`disks:\` of a role; a volume that several nodes share is none)`;
  if ('dependencies' in target)
    return `its dependencies are ${said(({ role, dependency }) => (dependency?.routes ?? []).map(({ route }) => `${role}: ${route}`))}`;
  if ('units' in target)
    return `${named}; its units are ${said(({ units }) => units)} (\`units:\` of a role; a node with an entrypoint has none, and ends with it: node.kill)`;
  return named;
}

function linksOf(target: LinkTarget, nodes: readonly PlannedNode[], draw: DrawOf): readonly string[] {
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

function disksOf(target: DiskTarget, nodes: readonly PlannedNode[], draw: DrawOf): readonly string[] {
  const wanted: Exclude<DiskTarget, 'all'> = target === 'all' ? [{ node: '*' }] : target;
  return wanted.flatMap(({ path: wantedPath, ...choice }) => {
    const ofNode = ({ disks }: PlannedNode): readonly string[] =>
      disks.map(({ path }) => path).filter((path) => wantedPath === undefined || path === wantedPath);
    return chosen(choice, nodes, draw, (node) => ofNode(node).length > 0).flatMap((node) =>
      ofNode(node).map((path) => targetText({ on: 'disk', node: node.name, path })),
    );
  });
}

function unitsOf(target: UnitTarget, nodes: readonly PlannedNode[], draw: DrawOf): readonly string[] {
  return target.flatMap(({ unit: wanted, ...choice }) =>
    chosen(choice, nodes, draw, ({ units }) => wantedOf(units, wanted).length > 0).flatMap(
      ({ name, units }) =>
        wantedOf(units, wanted).map((unit) => targetText({ on: 'unit', node: name, unit })),
    ),
  );
}

function wantedOf(units: readonly string[], wanted: string | undefined): readonly string[] {
  return wanted === undefined ? units : units.filter((unit) => unit === wanted);
}

/** Clocks are those of units: a node without any is none of "all nodes" then (beyond-sense.ts has it where it is named). */
function nodesOf(
  target: NodeTarget,
  nodes: readonly PlannedNode[],
  draw: DrawOf,
  ofUnits: boolean,
): readonly string[] {
  return target.flatMap((choice) => {
    const suits = ({ units }: PlannedNode): boolean => !ofUnits || choice.node !== '*' || units.length > 0;
    return chosen(choice, nodes, draw, suits).map(({ name }) => targetText({ on: 'node', node: name }));
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
  { node, count, percent, skip = 0 }: NodeTarget[number],
  nodes: readonly PlannedNode[],
  draw: DrawOf,
  suits: (node: PlannedNode) => boolean,
): readonly PlannedNode[] {
  const all = named(node, nodes);
  if (count === undefined && percent === undefined && skip === 0) return all.filter(suits);
  const order = shuffled(all, draw(`nodes of ${node}`)).filter(suits);
  const size = count ?? Math.ceil((order.length * (percent ?? 100)) / 100);
  return order.slice(skip, skip + size);
}

function namesOf(roleOrNode: string, nodes: readonly PlannedNode[]): readonly string[] {
  return named(roleOrNode, nodes).map(({ name }) => name);
}

function named(roleOrNode: string, nodes: readonly PlannedNode[]): readonly PlannedNode[] {
  return nodes.filter(({ name, role }) => roleOrNode === '*' || role === roleOrNode || name === roleOrNode);
}
