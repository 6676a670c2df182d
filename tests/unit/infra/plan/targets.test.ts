import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { join } from 'node:path';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import { packageRoot } from '../../../../infra/places.ts';
import { targetsOf } from '../../../../infra/plan/targets.ts';
import { freeze, kill } from '../../../support/faults.ts';
import { kindsCluster } from '../../../support/every-kind.ts';
import { writtenSpec } from '../../../support/written-spec.ts';

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

test('a fault of disks that may be on none is left out where there are none; a profile of which nothing is left is refused', () => {
  const cluster = join(packageRoot, 'tests/support/clusters/idle/cluster.yaml');
  const plannedOf = (...faults: readonly string[]) => {
    using spec = writtenSpec({
      'p.yaml': ['name: p', 'description: p', 'faults:', ...faults.map((one) => `  - ${one}`)].join('\n'),
    });
    return loadPlan({ cluster, profiles: [spec.path('p.yaml')], seed: 1, set: {}, suites: [] }).plan.schedule;
  };
  const slow = '{name: slow, kind: disk.slow, delayMs: 50, on: {disks: all, ifAny: true}}';
  const frozen = '{name: frozen, kind: resource.cpu, cpus: 0.25, on: {nodes: [{node: "*"}]}}';
  expect(plannedOf(slow, frozen).map(({ id }) => id)).toEqual(['p/frozen']);
  expect(() => plannedOf(slow)).toThrow('no fault of profile "p" has a target in this cluster');
  expect(() => plannedOf(slow.replace(', ifAny: true', ''), frozen)).toThrow(/"p\/slow" has no target/);
});

test('overloaded is on every node and every disk, and on nodes alone where there are no disks', () => {
  const idsIn = (cluster: string): readonly string[] =>
    loadPlan({ cluster, profiles: ['overloaded'], seed: 1, set: {}, suites: [] }).plan.schedule.map(
      ({ id, targets }) => `${id} ${targets.length}`,
    );
  expect(idsIn('thumbnails')).toEqual([
    ...['overloaded/disk-slow 3', 'overloaded/disk-rate 3', 'overloaded/tight 5', 'overloaded/slow 5'],
  ]);
  expect(idsIn(join(packageRoot, 'tests/support/clusters/idle/cluster.yaml'))).toEqual([
    ...['overloaded/tight 3', 'overloaded/slow 3'],
  ]);
});
