import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadPlan } from '../../infra/plan/load-plan.ts';
import type { Plan } from '../../infra/plan/plan.ts';
import { targetsOf } from '../../infra/plan/targets.ts';
import type { NodeTarget } from '../../infra/spec/faults/targets.ts';
import { kindsCluster } from '../support/every-kind.ts';
import { freeze, jump } from '../support/faults.ts';

const { nodes }: Plan = loadPlan({ cluster: kindsCluster, profiles: [], seed: 1, set: {}, suites: [] }).plan;
const on = (choice: NodeTarget[number], seed: number, fault = freeze): readonly string[] =>
  targetsOf('p', { ...fault, on: { nodes: [choice] } }, nodes, seed);

describe('nodes that the seed picks', () => {
  test('are as many as were asked for, and past the first ones they are others', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(),
        (first, second, seed) => {
          const node = '*';
          const one = on({ node, count: first }, seed);
          const other = on({ node, count: second, skip: first }, seed);
          expect([one.length, other.length]).toEqual([first, second]);
          expect(new Set([...one, ...other]).size).toBe(first + second);
          expect(on({ node, count: first + second }, seed)).toEqual([...one, ...other].sort());
        },
      ),
    );
  });

  test('are none past the last one', () => {
    expect(() => on({ node: 'machine', skip: 99 }, 1)).toThrow('no target');
  });
});

test('of all nodes, clocks are on those that have units', () => {
  const clocks = targetsOf('p', jump, nodes, 1);
  expect(clocks).toEqual(
    nodes
      .filter(({ units }) => units.length > 0)
      .map(({ name }) => name)
      .sort(),
  );
  expect(clocks.length).toBeLessThan(nodes.length);
});
