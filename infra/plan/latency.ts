import { suggestion } from '../spec/allowed.ts';
import type { Fault, Profile } from '../spec/fault.ts';
import type { Latency } from '../spec/latency.ts';
import type { PlannedNode } from './plan.ts';
import { inLatency, RefusedFault } from './refused-fault.ts';

/**
 * Pure: a table of delays as faults, one for each ordered pair of groups, on each link from a node of the one to a node of
 * the other.
 * @throws UsageError (64) where a group has nobody of this cluster, or two have the same node.
 */
export function latencyFaults(
  { name: profile, latency }: Profile,
  nodes: readonly PlannedNode[],
): readonly Fault[] {
  if (latency === undefined) return [];
  const members = membersOf(profile, latency.groups, nodes);
  return pairsOf(latency.delayMs).flatMap(({ from, to, delayMs }): readonly Fault[] => {
    const links = (members.get(from) ?? []).flatMap((a) =>
      (members.get(to) ?? []).filter((b) => b !== a).map((b) => ({ from: a, to: b, both: false })),
    );
    // A group of one node has no links among its own.
    return links.length === 0
      ? []
      : [{ kind: 'network.delay', name: `latency-${from}-${to}`, delayMs, on: { links } }];
  });
}

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly delayMs: number;
}

/** Ordered: what stands there, and the other way round of each that does not. */
function pairsOf(table: Latency['delayMs']): readonly Pair[] {
  const given = Object.entries(table).flatMap(([from, row]) =>
    Object.entries(row).map(([to, delayMs]) => ({ from, to, delayMs })),
  );
  const isGiven = (from: string, to: string): boolean =>
    given.some((one) => one.from === from && one.to === to);
  return given.flatMap((one) => {
    const back = { from: one.to, to: one.from, delayMs: one.delayMs };
    return isGiven(back.from, back.to) ? [one] : [one, back];
  });
}

function membersOf(
  profile: string,
  groups: Latency['groups'],
  nodes: readonly PlannedNode[],
): ReadonlyMap<string, readonly string[]> {
  const groupOf = new Map<string, string>();
  for (const [group, names] of Object.entries(groups))
    for (const [at, wanted] of names.entries()) {
      const found = nodes.filter(({ name, role }) => role === wanted || name === wanted);
      if (found.length === 0)
        throw new RefusedFault(
          'no-target',
          `group ${group} of profile "${profile}" has ${wanted}, which is not in this cluster`,
          {
            hint: suggestion(wanted, [...new Set(nodes.flatMap(({ role, name }) => [role, name]))]),
            place: inLatency(profile, 'groups', group, at),
          },
        );
      for (const { name } of found) {
        const other = groupOf.get(name) ?? group;
        if (other !== group)
          throw new RefusedFault(
            'contradiction',
            `${name} is in groups ${other} and ${group} of profile "${profile}"`,
            {
              hint: 'a node is in one place: name its nodes where a role is in several',
              place: inLatency(profile, 'groups', group, at),
            },
          );
        groupOf.set(name, group);
      }
    }
  return new Map(
    Object.keys(groups).map((group) => [
      group,
      [...groupOf].filter(([, of]) => of === group).map(([node]) => node),
    ]),
  );
}
