import { assertNever } from '../errors.ts';
import { meantBy } from '../spec/allowed.ts';
import type { Path } from '../spec/document.ts';
import type { Fault } from '../spec/fault.ts';
import type { DependencyTarget, LinkTarget, NodeTarget } from '../spec/faults/targets.ts';
import type { PlannedNode } from './plan.ts';

/** What is wrong with what a fault is on, and by which of its values. */
export interface NoTarget {
  /** Below the fault. */
  readonly at: Path;
  readonly message: string;
  readonly hint: string;
}

type Nodes = readonly PlannedNode[];

/** Pure: a name that nobody in this cluster has, wherever it stands: what else it names would hide the slip. */
export function strangerOf({ on: target }: Fault, nodes: Nodes): NoTarget | null {
  if ('ifAny' in target && target.ifAny === true) return null;
  if ('links' in target) return strangerOfLinks(target.links, nodes);
  if ('dependencies' in target) return strangerOfDependencies(target.dependencies, nodes);
  const [key, entries] = entriesOf(target);
  const at = entries.findIndex(({ node }) => !isKnown(node, nodes));
  const stranger = entries[at]?.node;
  return stranger === undefined ? null : nobody(['on', key, at, 'node'], stranger, nodes);
}

/** Pure: why a fault is on nothing at all, of whose names somebody has each. */
export function whyNothing(fault: Fault, nodes: Nodes): NoTarget {
  const { on: target } = fault;
  if ('links' in target) return noLink(target.links, nodes);
  if ('dependencies' in target) return noRoute(target.dependencies, nodes);
  const [key, entries] = entriesOf(target);
  for (const [index, entry] of entries.entries()) {
    const of = named(entry.node, nodes);
    const at = ['on', key, index];
    const parts = [
      {
        ...{ part: 'path', asked: entry.path, lacks: 'has no disk', said: disksSaid },
        known: unique(of.flatMap(({ disks }) => disks.map(({ path }) => path))),
      },
      {
        ...{ part: 'unit', asked: entry.unit, lacks: 'declares no unit', said: unitsSaid },
        known: unique(of.flatMap(({ units }) => units)),
      },
    ];
    for (const { part, asked, lacks, known, said: there } of parts)
      if (asked !== undefined && !known.includes(asked))
        return no([...at, part], `${words(entry.node)} ${lacks} ${asked}`, asked, known, there(nodes));
  }
  const skipping = entries.findIndex(({ skip }) => skip !== undefined);
  const suitable = suitableOf(fault, nodes);
  if (skipping !== -1 && suitable.length > 0)
    return {
      at: ['on', key, skipping, 'skip'],
      message: `"skip" passes over all that there are: ${suitable.join(', ')}`,
      hint: `less than ${suitable.length}`,
    };
  const what = key === 'disks' ? 'no disk' : key === 'units' ? 'no unit' : 'no node that suits';
  return {
    at: ['on', key],
    message: `there is ${what} on ${entries.map(({ node }) => words(node)).join(', ')}`,
    hint: key === 'disks' ? disksSaid(nodes) : key === 'units' ? unitsSaid(nodes) : nodesSaid(nodes),
  };
}

/** Pure: more nodes are asked for than there are. */
export function shortageOf(
  { on: target }: Fault,
  at: number,
  { node, count, skip = 0 }: NodeTarget[number],
  found: Nodes,
): NoTarget | null {
  const left = Math.max(0, found.length - skip);
  if (count === undefined || found.length === 0 || count <= left) return null;
  const key = 'disks' in target ? 'disks' : 'units' in target ? 'units' : 'nodes';
  const names = found.map(({ name }) => name).join(', ');
  const after = skip === 0 ? '' : ` after the first ${skip}`;
  return {
    at: ['on', key, at, 'count'],
    message: `it is to be on ${count} of ${words(node)}${after}, and there ${found.length === 1 ? 'is' : 'are'} ${found.length}: ${names}`,
    hint: left === 0 ? 'a smaller "skip"' : `${left} or less; without "count" it is on each of them`,
  };
}

type Entry = NodeTarget[number] & { readonly path?: string | undefined; readonly unit?: string | undefined };

function entriesOf(
  target: Exclude<Fault['on'], { links: unknown } | { dependencies: unknown }>,
): readonly ['disks' | 'units' | 'nodes', readonly Entry[]] {
  if ('disks' in target) return ['disks', target.disks === 'all' ? [{ node: '*' }] : target.disks];
  if ('units' in target) return ['units', target.units];
  if ('nodes' in target) return ['nodes', target.nodes];
  return assertNever(target);
}

function suitableOf({ on: target }: Fault, nodes: Nodes): readonly string[] {
  if ('links' in target || 'dependencies' in target) return [];
  const [key, entries] = entriesOf(target);
  const of = entries.flatMap(({ node }) => named(node, nodes));
  const suits = ({ disks, units }: PlannedNode): boolean =>
    key === 'nodes' || (key === 'disks' ? disks : units).length > 0;
  return unique(of.filter(suits).map(({ name }) => name));
}

function strangerOfLinks(target: LinkTarget, nodes: Nodes): NoTarget | null {
  if (target === 'all') return null;
  if ('shape' in target)
    return isKnown(target.among, nodes) ? null : nobody(['on', 'links', 'among'], target.among, nodes);
  for (const [index, ends] of target.entries())
    for (const end of ['from', 'to'] as const)
      if (!isKnown(ends[end], nodes)) return nobody(['on', 'links', index, end], ends[end], nodes);
  return null;
}

function noLink(target: LinkTarget, nodes: Nodes): NoTarget {
  const hint = `a link is between two nodes; ${nodesSaid(nodes)}`;
  if (target === 'all') return { at: ['on', 'links'], message: 'there are no links', hint };
  if ('shape' in target) {
    const { shape, among } = target;
    const names = named(among, nodes).map(({ name }) => name);
    const message = `${names.length === 1 ? 'one node is' : `${names.length} nodes are`} too few for "${shape}": ${names.join(', ')}`;
    return {
      at: ['on', 'links', 'among'],
      message,
      hint: `more nodes, or another shape; ${nodesSaid(nodes)}`,
    };
  }
  const [first] = target;
  return {
    at: ['on', 'links', 0],
    message: `no link leads from ${words(first?.from ?? '')} to ${words(first?.to ?? '')}: both are ${named(
      first?.from ?? '',
      nodes,
    )
      .map(({ name }) => name)
      .join(', ')}`,
    hint,
  };
}

function strangerOfDependencies(target: DependencyTarget, nodes: Nodes): NoTarget | null {
  const all = dependenciesOf(nodes);
  const at = target.findIndex(({ name }) => name !== '*' && named(name, all).length === 0);
  const stranger = target[at]?.name;
  if (stranger === undefined) return null;
  const known = unique(all.flatMap(({ role, name }) => [role, name]));
  const message = isKnown(stranger, nodes)
    ? `"${stranger}" is no dependency`
    : `there is no dependency "${stranger}"`;
  return no(['on', 'dependencies', at, 'name'], message, stranger, known, routesSaid(nodes));
}

function noRoute(target: DependencyTarget, nodes: Nodes): NoTarget {
  const at = target.findIndex(({ route, port }) => route !== undefined || port !== undefined);
  const { name = '*', route, port } = target[at] ?? {};
  const hint = routesSaid(nodes);
  if (route === undefined && port === undefined)
    return { at: ['on', 'dependencies'], message: 'there is no dependency that it could be of', hint };
  const wanted = route ?? `tcp ${port ?? ''}`;
  const known = named(name, dependenciesOf(nodes)).flatMap(({ dependency }) =>
    (dependency?.routes ?? []).map((one) => one.route),
  );
  const key = route === undefined ? 'port' : 'route';
  return no(
    ['on', 'dependencies', at, key],
    `${words(name)} has no ${key} ${route ?? port ?? ''}`,
    wanted,
    known,
    hint,
  );
}

function nobody(at: Path, stranger: string, nodes: Nodes): NoTarget {
  const known = unique(nodes.flatMap(({ role, name }) => [role, name]));
  return no(at, `no role or node is called "${stranger}"`, stranger, known, nodesSaid(nodes));
}

function no(at: Path, message: string, wrong: string, known: readonly string[], there: string): NoTarget {
  const meant = meantBy(wrong, known);
  return { at, message, hint: meant === undefined ? there : `did you mean "${meant}"? ${there}` };
}

function nodesSaid(nodes: Nodes): string {
  return `its roles and nodes are ${said(nodes.flatMap(({ role, name }) => [role, name]))}`;
}

function disksSaid(nodes: Nodes): string {
  const paths = nodes.flatMap(({ disks }) => disks.map(({ path }) => path));
  return `${nodesSaid(nodes)}; its disks are ${said(paths)} (\`disks:\` of a role; a volume that several nodes share is none)`;
}

function unitsSaid(nodes: Nodes): string {
  return `${nodesSaid(nodes)}; its units are ${said(nodes.flatMap(({ units }) => units))} (\`units:\` of a role; a node with an entrypoint has none, and ends with it: node.kill)`;
}

function routesSaid(nodes: Nodes): string {
  const routes = nodes.flatMap(({ role, dependency }) =>
    (dependency?.routes ?? []).map(({ route }) => `${role}: ${route}`),
  );
  return `its dependencies are ${said(routes)}`;
}

function said(names: readonly string[]): string {
  return unique(names).join(', ') || 'none';
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

function words(roleOrNode: string): string {
  return roleOrNode === '*' ? 'all nodes' : `"${roleOrNode}"`;
}

function dependenciesOf(nodes: Nodes): Nodes {
  return nodes.filter(({ dependency }) => dependency !== undefined);
}

function isKnown(roleOrNode: string, nodes: Nodes): boolean {
  return named(roleOrNode, nodes).length > 0;
}

/** Nodes that go by that name, their role's or their own; `*` is all. */
export function named(roleOrNode: string, nodes: Nodes): Nodes {
  return nodes.filter(({ name, role }) => roleOrNode === '*' || role === roleOrNode || name === roleOrNode);
}
