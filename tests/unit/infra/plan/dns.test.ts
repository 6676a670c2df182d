import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { packageRoot } from '../../../../infra/places.ts';
import { namedNodes, sparedNames, tellingNames } from '../../../../infra/plan/cluster-names.ts';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import type { Plan } from '../../../../infra/plan/plan.ts';
import { unusedBeside } from '../../../../infra/plan/subnet.ts';
import { crowd, noNames, powerLoss, slowNames, wrongNames } from '../../../support/faults.ts';
import { refusalOf } from '../../../support/refusal.ts';
import { writtenSpec } from '../../../support/written-spec.ts';

const image = join(packageRoot, 'tests/support/clusters/idle/node');
const cluster = stringify({
  name: 'names',
  roles: { shop: { image, init: 'image', count: 2 }, store: { image, init: 'image' } },
});

function planned(...faults: readonly object[]): Plan {
  const named = faults.map((fault, index) => ({ ...fault, name: `f${index}` }));
  using spec = writtenSpec({
    'cluster.yaml': cluster,
    'p.yaml': stringify({ name: 'p', description: 'p', faults: named }),
  });
  const profiles = [spec.path('p.yaml')];
  return loadPlan({ cluster: spec.path('cluster.yaml'), profiles, seed: 1, set: {}, suites: [] }).plan;
}

const refusal = (...faults: readonly object[]): string =>
  refusalOf(() => planned(...faults)).document.error.message;
const on = (node: string) => ({ on: { nodes: [{ node }] } });
const shop = [
  { name: 'shop-1', role: 'shop' },
  { name: 'shop-2', role: 'shop' },
  { name: 'store-1', role: 'store' },
];

describe('the names of a cluster', () => {
  const named = namedNodes(shop);

  test('are those of its nodes, and of roles that have but one', () => {
    expect(named.map(({ names }) => names)).toEqual([['shop-1'], ['shop-2'], ['store-1', 'store']]);
  });

  test('tell of a fault where they are not the own one of whoever asks', () => {
    expect(tellingNames(slowNames(100), 'shop-1', named)).toEqual(['shop-2', 'store-1', 'store']);
    expect(tellingNames(slowNames(100), 'store-1', named)).toEqual(['shop-1', 'shop-2', 'store']);
    expect(tellingNames({ ...slowNames(100), names: ['store', 'shop-1'] }, 'shop-1', named)).toEqual([
      'store',
    ]);
  });

  test('tell nothing of a wrong address that is theirs', () => {
    expect(tellingNames(wrongNames('store-1'), 'shop-1', named)).toEqual(['shop-2']);
    expect(tellingNames(wrongNames('unused'), 'shop-1', named)).toHaveLength(3);
  });

  test('are left alone where a fault has names and theirs is none of these', () => {
    const fault = { ...slowNames(100), names: ['store'] };
    expect(sparedNames(fault, 'shop-1', named)).toEqual(['shop-2', 'store-1']);
    expect(sparedNames(slowNames(100), 'shop-1', named)).toEqual([]);
  });
});

test('an address that nobody has is beyond those of nodes, in the same network', () => {
  expect(unusedBeside('198.18.7.11')).toBe('198.18.7.254');
  expect(unusedBeside('198.19.255.250')).toBe('198.19.255.254');
});

describe('what nobody could see is refused where it stands', () => {
  test.each([
    ['a name of nobody', { ...slowNames(500), names: ['api'], ...on('shop') }, /has the name api/],
    ['a role of two as a name', { ...slowNames(500), names: ['shop'], ...on('store') }, /has the name shop/],
    ['an address of nobody', { ...wrongNames('api-1'), ...on('shop') }, /has the name api-1/],
    ['a role as an address', { ...wrongNames('store'), ...on('shop') }, /has the name store/],
    [
      'only its own name',
      { ...noNames('none'), names: ['store-1'], ...on('store') },
      /store-1 asks nobody for its own/,
    ],
    [
      'an address that all have already',
      { ...wrongNames('store-1'), names: ['store', 'shop-1'], ...on('shop-1') },
      /on shop-1 every one of these names has the address of store-1 already/,
    ],
  ])('%s', (_what, fault, why) => {
    expect(refusal(fault)).toMatch(why);
  });

  test('the name of a role is asked for by its own node, too', () => {
    expect(planned({ ...noNames('none'), names: ['store'], ...on('store') }).schedule).toHaveLength(1);
  });
});

describe('two faults of the names that one node asks for', () => {
  const window = { from: [0, 0], untilMs: 9000 };

  test('are refused at one time, whatever they are', () => {
    expect(refusal({ ...slowNames(500), ...on('shop') }, { ...noNames('none'), ...on('shop-1') })).toMatch(
      /are on shop-1 at the same time, and both answer its questions/,
    );
  });

  test('go one after the other, and on two nodes', () => {
    const later = { ...noNames('none'), ...on('shop-1'), from: [9000, 9000], untilMs: 16_000 };
    expect(planned({ ...slowNames(500), ...on('shop-1'), ...window }, later).schedule).toHaveLength(2);
    expect(
      planned({ ...slowNames(500), ...on('shop-1') }, { ...noNames('none'), ...on('shop-2') }).schedule,
    ).toHaveLength(2);
  });

  test('a node that is away asks for nothing; one that is full of processes still does', () => {
    expect(refusal({ ...slowNames(500), ...on('shop-1') }, { ...powerLoss, ...on('shop-1') })).toMatch(
      /while it is away/,
    );
    expect(
      planned({ ...slowNames(500), ...on('shop-1') }, { ...crowd(2), ...on('shop-1') }).schedule,
    ).toHaveLength(2);
  });
});

test('a window has room for an answer that comes late, before, during and after', () => {
  const brief = { ...slowNames(3000), ...on('shop'), from: [0, 0], untilMs: 9000 };
  const { problems } = refusalOf(() => planned(brief)).document.error;
  expect(JSON.stringify(problems)).toMatch(/10000/);
});
