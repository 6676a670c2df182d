import type { DnsFault } from '../spec/fault.ts';
import type { PlannedNode } from './plan.ts';

/** One node, as the cluster's name server knows it. */
export interface NamedNode {
  readonly node: string;
  readonly names: readonly string[];
}

type Named = Pick<PlannedNode, 'name' | 'role'>;

/** Pure: its own name first; the only node of a role has that one's, too. */
export function namesOf({ name, role }: Named, nodes: readonly Named[]): readonly string[] {
  return nodes.filter((one) => one.role === role).length === 1 ? [name, role] : [name];
}

export function namedNodes(nodes: readonly Named[]): readonly NamedNode[] {
  return nodes.map((one) => ({ node: one.name, names: namesOf(one, nodes) }));
}

/**
 * Pure: the names by which it shows on `node` whether a fault is in force. Not its own, which it has in a file (/etc/hosts), and
 * none that has the wrong address anyway.
 */
export function tellingNames(fault: DnsFault, node: string, nodes: readonly NamedNode[]): readonly string[] {
  const telling = nodes
    .filter(({ node: other }) => fault.kind !== 'dns.wrong' || other !== fault.address)
    .flatMap(({ names }) => names.filter((name) => name !== node));
  return fault.names === undefined ? telling : fault.names.filter((name) => telling.includes(name));
}

/** Pure: names that a fault on `node` leaves alone. */
export function sparedNames(fault: DnsFault, node: string, nodes: readonly NamedNode[]): readonly string[] {
  const { names: met } = fault;
  if (met === undefined) return [];
  return nodes.flatMap(({ names }) => names.filter((name) => name !== node && !met.includes(name)));
}
