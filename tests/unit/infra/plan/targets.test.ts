import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import { targetsOf } from '../../../../infra/plan/targets.ts';
import { freeze, kill } from '../../../support/faults.ts';
import { kindsCluster } from '../../../support/every-kind.ts';

const { nodes } = loadPlan({ cluster: kindsCluster, profiles: [], seed: 1, set: {}, suites: [] }).plan;
const all = nodes.map(({ name }) => name);
const onNodes = (of: Parameters<typeof targetsOf>[1], seed = 1, profile = 'p'): readonly string[] =>
  targetsOf(profile, of, nodes, seed);
const chosen = (choice: object, seed = 1): readonly string[] =>
  onNodes({ ...freeze, on: { nodes: [{ node: '*', ...choice }] } }, seed);

describe('nodes that a fault chooses', () => {
  test('are as many as were asked for, of those that are named, and the same for the same seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(), (count, seed) => {
        const found = chosen({ count }, seed);
        expect(found).toHaveLength(Math.min(count, all.length));
        expect(new Set(found).size).toBe(found.length);
        expect(all).toEqual(expect.arrayContaining([...found]));
        expect(chosen({ count }, seed)).toEqual(found);
      }),
    );
  });

  test('by share are rounded up: some are hit by any share', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 100, noNaN: true }), fc.nat(), (percent, seed) => {
        expect(chosen({ percent }, seed)).toHaveLength(Math.ceil((all.length * percent) / 100));
      }),
    );
  });

  test('are all of them in the end, whatever the seed', () => {
    const seen = new Set(Array.from({ length: 200 }, (_, seed) => chosen({ count: 1 }, seed)).flat());
    expect([...seen].sort()).toEqual([...all].sort());
  });

  test('are the same for every fault of one profile: what is killed and then stands still is one machine', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const [frozen] = onNodes({ ...freeze, on: { nodes: [{ node: 'machine', count: 1 }] } }, seed);
        const killed = onNodes(
          { ...kill, on: { units: [{ node: 'machine', count: 1, unit: 'steady' }] } },
          seed,
        );
        expect(killed).toEqual([`${frozen ?? ''}:steady`]);
      }),
    );
  });
});

test('units are those that a role declares; nodes without any have none', () => {
  expect(onNodes({ ...kill, on: { units: [{ node: 'machine-1' }] } })).toEqual([
    'machine-1:checkpoint',
    'machine-1:once',
    'machine-1:steady',
  ]);
  expect(() => onNodes({ ...kill, on: { units: [{ node: 'node' }] } })).toThrow(/has no target/);
  expect(() => onNodes({ ...kill, on: { units: [{ node: '*', unit: 'cron' }] } })).toThrow(/has no target/);
});
