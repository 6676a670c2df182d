import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { packageRoot } from '../../../../infra/places.ts';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import type { Plan } from '../../../../infra/plan/plan.ts';
import {
  failing,
  failingFirst,
  hang,
  otherBody,
  resetting,
  slow,
  truncated,
} from '../../../support/faults.ts';
import { refusalOf } from '../../../support/refusal.ts';
import { writtenSpec } from '../../../support/written-spec.ts';

const proxied = join(packageRoot, 'tests/support/clusters/proxied/cluster.yaml');
const image = join(packageRoot, 'tests/support/clusters/idle/node');
const cluster = stringify({
  name: 'shop',
  roles: { shop: { image, init: 'image', count: 2 } },
  dependencies: {
    rates: {
      port: 8080,
      mock: [
        { route: 'GET /rates', bodyFile: 'rates.json' },
        { route: 'POST /orders/*', status: 503 },
      ],
    },
    ledger: { port: 80, mock: [{ route: 'GET /', body: 'äöü' }] },
  },
});

function planned(...faults: readonly object[]): Plan {
  const named = faults.map((fault, index) => ({ ...fault, name: `f${index}` }));
  using spec = writtenSpec({
    'cluster.yaml': cluster,
    'rates.json': '{"EUR": 1.25}\n',
    'p.yaml': stringify({ name: 'p', description: 'p', faults: named }),
  });
  return loadPlan({
    cluster: spec.path('cluster.yaml'),
    profiles: faults.length === 0 ? [] : [spec.path('p.yaml')],
    seed: 1,
    set: {},
    suites: [],
  }).plan;
}

const refusal = (...faults: readonly object[]): string =>
  refusalOf(() => planned(...faults)).document.error.message;
const at = (route: string) => ({ on: { dependencies: [{ name: 'rates', route }] } });

describe('a dependency', () => {
  test('is a node of its own, after those of the software, that answers what the spec says', () => {
    const { nodes } = planned();
    expect(nodes.map(({ name, dependency }) => [name, dependency !== undefined])).toEqual([
      ['shop-1', false],
      ['shop-2', false],
      ['ledger-1', true],
      ['rates-1', true],
    ]);
    const rates = nodes.find(({ role }) => role === 'rates');
    expect(rates).toMatchObject({ host: 14, init: 'image', ready: { tcp: 8080 }, files: [{ mode: '0644' }] });
    expect(rates?.dependency?.routes).toEqual([
      { route: 'GET /rates', proxies: null, status: 200, bodyBytes: 14 },
      { route: 'POST /orders/*', proxies: null, status: 503, bodyBytes: 0 },
    ]);
    expect(JSON.parse(rates?.files[0]?.content ?? '')).toMatchObject({
      port: 8080,
      routes: [
        { route: 'GET /rates', body: '{"EUR": 1.25}\n' },
        { route: 'POST /orders/*', body: '' },
      ],
    });
    expect(nodes.find(({ role }) => role === 'ledger')?.dependency?.routes).toEqual([
      { route: 'GET /', proxies: null, status: 200, bodyBytes: 6 },
    ]);
  });

  test('is no software: of one image of ours, whoever declares it', () => {
    const [, , ledger, rates] = planned().nodes;
    expect(rates?.image).toEqual(ledger?.image);
  });

  test('has faults on one route, on each of its routes, or on those of all', () => {
    const targets = (on: object): readonly string[] =>
      planned({ ...slow(500), on }).schedule[0]?.targets ?? [];
    expect(targets(at('GET /rates').on)).toEqual(['rates-1:GET /rates']);
    expect(targets({ dependencies: [{ name: 'rates' }] })).toEqual([
      'rates-1:GET /rates',
      'rates-1:POST /orders/*',
    ]);
    expect(targets({ dependencies: [{ name: '*' }] })).toHaveLength(3);
  });

  test('that is not there is named beside those that are', () => {
    const [problem] = refusalOf(() => planned({ ...hang, ...at('GET /rate') })).document.error.problems;
    expect(problem?.message).toMatch(/has no target in this cluster: ".+" has no route GET \/rate$/);
    expect(problem?.hint).toMatch(
      /did you mean "GET \/rates"\? .*ledger: GET \/, rates: GET \/rates, rates: POST \/orders\/\*/,
    );
  });
});

describe('a dependency that speaks TCP, or passes on what it is asked', () => {
  const plannedOn = (...faults: readonly object[]): Plan => {
    const named = faults.map((fault, index) => ({ ...fault, name: `f${index}` }));
    using spec = writtenSpec({
      'p.yaml': stringify({ name: 'p', description: 'p', faults: named }),
    });
    const profiles = faults.length === 0 ? [] : [spec.path('p.yaml')];
    return loadPlan({ cluster: proxied, profiles, seed: 1, set: {}, suites: [] }).plan;
  };
  const targets = (fault: object, dependency: object): readonly string[] =>
    plannedOn({ ...fault, on: { dependencies: [dependency] } }).schedule[0]?.targets ?? [];

  test('has its ports as routes, with what is asked there and who is asked in its place', () => {
    const cache = plannedOn().nodes.find(({ role }) => role === 'cache');
    expect(cache).toMatchObject({ ready: { tcp: 7000 } });
    expect(cache?.dependency).toEqual({
      protocol: 'tcp',
      routes: [
        { route: 'tcp 6379', port: 6379, proxies: 'broker', asks: '50494e470d0a', answerBytes: null },
        { route: 'tcp 7000', port: 7000, proxies: null, asks: '4e4f4f500a', answerBytes: 21 },
      ],
    });
  });

  test('knows nothing of answers that it passes on', () => {
    const front = plannedOn().nodes.find(({ role }) => role === 'front');
    expect(front?.dependency?.routes).toEqual([
      { route: 'GET /status', proxies: null, status: 200, bodyBytes: 4 },
      { route: 'GET /page', proxies: 'reader-1', status: null, bodyBytes: null },
      { route: 'GET /more/*', proxies: 'reader-1', status: null, bodyBytes: null },
    ]);
  });

  test('has faults on one port or on all; one of HTTP on all dependencies leaves it alone', () => {
    expect(targets(slow(500), { name: 'cache', port: 7000 })).toEqual(['cache-1:tcp 7000']);
    expect(targets(hang, { name: 'cache' })).toEqual(['cache-1:tcp 6379', 'cache-1:tcp 7000']);
    expect(targets(resetting(1), { name: '*' })).toHaveLength(5);
    expect(targets(failing(1), { name: '*' })).toEqual([
      'front-1:GET /more/*',
      'front-1:GET /page',
      'front-1:GET /status',
    ]);
  });
});

describe('two faults on one route at one time', () => {
  test.each([
    ['two of one kind', [slow(500), slow(700)], /both are dependency.slow/],
    ['what is late and what never comes', [slow(500), hang], /hides what the other does/],
    ['two other answers', [failing(0.5), otherBody('x')], /hides what the other does/],
    ['two failures', [failing(0.5), failingFirst(2)], /hides what the other does/],
  ])('are refused: %s', (_what, faults, why) => {
    expect(refusal(...faults.map((one) => ({ ...one, ...at('GET /rates') })))).toMatch(why);
  });

  test('go together where one only makes it late, and on two routes always', () => {
    const late = { ...slow(500), ...at('GET /rates') };
    expect(planned(late, { ...failing(0.5), ...at('GET /rates') }).schedule).toHaveLength(2);
    expect(planned(late, { ...hang, ...at('POST /orders/*') }).schedule).toHaveLength(2);
  });
});

describe('what no answer could show is refused where it stands', () => {
  test.each([
    [
      'a failure that is the usual answer',
      { ...failing(1, 503), ...at('POST /orders/*') },
      /answers 503 already/,
    ],
    ['the same of the first ones', { ...failingFirst(2), ...at('POST /orders/*') }, /answers 503 already/],
    ['an end behind the end', { ...truncated(14), ...at('GET /rates') }, /after 14 bytes, and has 14 in all/],
    ['an end of nothing', { ...truncated(0), ...at('POST /orders/*') }, /after 0 bytes, and has 0 in all/],
  ])('%s', (_what, fault, why) => {
    expect(refusal(fault)).toMatch(why);
  });

  test('one byte less can be seen', () => {
    expect(planned({ ...truncated(13), ...at('GET /rates') }).schedule).toHaveLength(1);
  });
});
