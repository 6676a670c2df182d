import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { packageRoot } from '../../../../infra/places.ts';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import type { Plan } from '../../../../infra/plan/plan.ts';
import { delay, jitter } from '../../../support/faults.ts';
import { refusalOf } from '../../../support/refusal.ts';
import { writtenSpec } from '../../../support/written-spec.ts';

const image = join(packageRoot, 'tests/support/clusters/idle/node');
const cluster = stringify({ name: 'spread', roles: { node: { image, init: 'image', count: 3 } } });

function planned(...faults: readonly object[]): Plan {
  const named = faults.map((fault, index) => ({ ...fault, name: `f${index}` }));
  using spec = writtenSpec({
    'cluster.yaml': cluster,
    'p.yaml': stringify({ name: 'p', description: 'p', faults: named }),
  });
  const profiles = [spec.path('p.yaml')];
  return loadPlan({ cluster: spec.path('cluster.yaml'), profiles, seed: 1, set: {}, suites: [] }).plan;
}

const over = (from: string, to: string) => ({ on: { links: [{ from, to }] } });

test.each([
  [delay(19), jitter(20), 19, 20],
  [delay(59), jitter(20, 'normal'), 59, 60],
  [delay(10), jitter(30, 'pareto'), 10, 11],
])('a spread that reaches further than the delay is refused: %j and %j', (late, spread, ms, earlier) => {
  expect(refusalOf(() => planned(late, spread)).document.error.message).toContain(
    `what comes over node-1->node-2 is ${ms} ms late, and some of it is to be up to ${earlier} ms earlier`,
  );
});

test('delays of one link add up, those of others do not count, and a jitter without any is by itself', () => {
  const spread = { ...jitter(20, 'normal'), ...over('node-1', 'node-2') };
  const half = { ...delay(30), ...over('node-1', 'node-2') };
  expect(planned(half, half, spread).schedule).toHaveLength(3);
  expect(planned({ ...delay(5), ...over('node-2', 'node-1') }, spread).schedule).toHaveLength(2);
  expect(planned(jitter(20, 'pareto')).schedule).toHaveLength(1);
});

test('a distribution of a jitter so small that its shape could not be told is refused', () => {
  expect(planned(jitter(5, 'normal'), { ...delay(20) }).schedule).toHaveLength(2);
  expect(refusalOf(() => planned(jitter(4, 'normal'))).document.error.message).toContain('of at least 5');
  expect(planned(jitter(4)).schedule).toHaveLength(1);
});
