import { expect, test } from '@jest/globals';
import { kinds } from '../../../scripts/faults/kinds/kinds.ts';
import { kindsOf, momentOf } from '../../leases/moment.ts';
import { wantedMoments } from '../../leases/result.ts';
import { everyFault } from '../../support/every-kind.ts';
import { writtenSpec } from '../../support/written-spec.ts';
import { loadPlan } from '../../../infra/plan/load-plan.ts';
import { trimmedTo } from '../../leases/trimmed-spec.ts';

const drawn = wantedMoments.map((number) => ({ ...momentOf(number), of: kindsOf(number) }));
const healsItself = (kind: (typeof everyFault)[number]['kind']): boolean => kinds[kind].healedBy === 'node';

test('where the watcher is left to act, any kind is drawn, those that need it among them', () => {
  const kindsThere = new Set(drawn.filter(({ dies }) => dies === 'controller').flatMap(({ of }) => of));
  const others = everyFault.map(({ kind }) => kind).filter((kind) => !healsItself(kind));
  expect(others.filter((kind) => !kindsThere.has(kind))).toEqual([]);
});

test('where nobody is left to act, those alone are drawn that heal by themselves', () => {
  const alone = drawn.filter(({ dies }) => dies === 'controller and watcher');
  expect(alone.flatMap(({ of }) => of).filter((kind) => !healsItself(kind))).toEqual([]);
});

test('a moment is drawn again as it was, and each of its kinds once', () => {
  for (const { number, of } of drawn) {
    expect(kindsOf(number)).toEqual(of);
    expect(new Set(of).size).toBe(of.length);
  }
});

test('a trimmed cluster has the nodes that its faults are on, and every fault its place', () => {
  const all = everyFault.map(({ kind }) => kind).sort();
  for (let at = 0; at < all.length; at += 10) {
    const some = all.slice(at, at + 10);
    const { cluster, profile } = trimmedTo(some);
    using spec = writtenSpec({ 'cluster.yaml': cluster, 'every-kind.yaml': profile });
    const paths = { cluster: spec.path('cluster.yaml'), profiles: [spec.path('every-kind.yaml')] };
    const { plan } = loadPlan({ ...paths, seed: 1, set: {}, suites: [] });
    expect(plan.schedule.map(({ fault }) => fault.kind).sort()).toEqual(some);
    expect(plan.nodes.length).toBeLessThanOrEqual(14);
  }
});
