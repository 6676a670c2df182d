import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadPlan } from '../../infra/plan/load-plan.ts';
import { latencyFaults } from '../../infra/plan/latency.ts';
import type { Plan } from '../../infra/plan/plan.ts';
import { targetsOf } from '../../infra/plan/targets.ts';
import { Profile } from '../../infra/spec/fault.ts';
import { kindsCluster } from '../support/every-kind.ts';
import { refusalOf } from '../support/refusal.ts';

const { nodes }: Plan = loadPlan({ cluster: kindsCluster, profiles: [], seed: 1, set: {}, suites: [] }).plan;
const names = nodes.map(({ name }) => name);
const groupNames = ['eu', 'us', 'ap'] as const;

/** Some nodes of the cluster in three groups, each with one at least. */
const groups = fc
  .tuple(fc.shuffledSubarray(names, { minLength: 3, maxLength: 9 }), fc.infiniteStream(fc.nat(2)))
  .map(([chosen, places]) => {
    const at = chosen.map((node, index) => [node, index < 3 ? index : (places.next().value ?? 0)] as const);
    return groupNames.map((_group, place) => at.filter(([, of]) => of === place).map(([node]) => node));
  });
/** Delays of some ordered pairs, all of them different. */
const table = fc
  .subarray(
    groupNames.flatMap((from) => groupNames.map((to) => [from, to] as const)),
    { minLength: 1 },
  )
  .map((pairs) => pairs.map(([from, to], index) => ({ from, to, delayMs: 10 + index })));

function profileOf(
  members: readonly (readonly string[])[],
  pairs: readonly { from: string; to: string; delayMs: number }[],
): Profile {
  return Profile.parse({
    name: 'far',
    description: 'nodes far from each other',
    latency: {
      groups: Object.fromEntries(groupNames.map((group, place) => [group, members[place]])),
      delayMs: Object.fromEntries(
        groupNames.map((from) => [
          from,
          Object.fromEntries(
            pairs.filter((one) => one.from === from).map(({ to, delayMs }) => [to, delayMs]),
          ),
        ]),
      ),
    },
  });
}

const on = (profile: Profile): ReadonlyMap<string, number> => {
  const links = latencyFaults(profile, nodes).flatMap((fault) => {
    if (fault.kind !== 'network.delay') throw new Error(`${fault.kind} is no delay`);
    return targetsOf('far', fault, nodes, 1).map((link) => [link, fault.delayMs] as const);
  });
  expect(new Set(links.map(([link]) => link)).size).toBe(links.length); // delays of one link would add up
  return new Map(links);
};

describe('a table of delays between groups', () => {
  test('is on exactly the links that it names, each with its own delay, both ways where it has but one', () => {
    fc.assert(
      fc.property(groups, table, (members, pairs) => {
        const groupOf = (node: string): string | undefined =>
          groupNames.find((_group, place) => members[place]?.includes(node));
        const asked = (from: string, to: string): number | undefined =>
          pairs.find((one) => one.from === groupOf(from) && one.to === groupOf(to))?.delayMs;
        const expected = new Map(
          names.flatMap((from) =>
            names.flatMap((to) => {
              const delayMs = asked(from, to) ?? asked(to, from);
              return from === to || delayMs === undefined ? [] : [[`${from}->${to}`, delayMs] as const];
            }),
          ),
        );
        expect([...on(profileOf(members, pairs))].sort()).toEqual([...expected].sort());
      }),
    );
  });

  test('takes roles as all their nodes', () => {
    const all = on(
      profileOf([['timekeeper'], ['node-1'], ['node-2']], [{ from: 'eu', to: 'us', delayMs: 40 }]),
    );
    expect([...all.keys()].sort()).toEqual(
      [1, 2, 3].flatMap((n) => [`node-1->timekeeper-${n}`, `timekeeper-${n}->node-1`]).sort(),
    );
  });

  test('that has nobody, or one node in two places, is refused by name', () => {
    const refusal = (first: string, second: string): string =>
      refusalOf(() => on(profileOf([[first], [second], ['node-3']], [{ from: 'eu', to: 'us', delayMs: 40 }])))
        .document.error.message;
    expect(refusal('broker', 'node-1')).toBe(
      'group eu of profile "far" has broker, which is not in this cluster',
    );
    expect(refusal('node-1', 'node')).toBe('node-1 is in groups eu and us of profile "far"');
  });
});
