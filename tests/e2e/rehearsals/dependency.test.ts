import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { DependencyConnection, DependencyRequest } from '../../../scripts/evidence/request-log.ts';
import { rehearsal } from '../../support/understudy.ts';

const clusters = join(packageRoot, 'tests/support/clusters');
const cluster = join(clusters, 'dependent/cluster.yaml');
const proxied = join(clusters, 'proxied');

test('a shop with deadlines and a last known rate gets through slow-dependency, and what its supplier was asked is kept', async () => {
  const { verdict } = await rehearsal([cluster, '--profile', 'slow-dependency', '--control', 'never']);
  expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
  expect(verdict.receipts.map(({ kind, target }) => `${kind} ${target}`).sort()).toEqual([
    'dependency.error rates-1:GET /health',
    'dependency.error rates-1:GET /rates',
    'dependency.hang rates-1:GET /health',
    'dependency.hang rates-1:GET /rates',
    'dependency.slow rates-1:GET /health',
    'dependency.slow rates-1:GET /rates',
  ]);
  const file = join(packageRoot, '.runs', verdict.runId, 'nodes/rates-1/requests.jsonl');
  const requests = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => DependencyRequest.parse(JSON.parse(line)));
  const ofShop = requests.filter(({ agent }) => agent.startsWith('Python-urllib'));
  expect(new Set(ofShop.flatMap(({ faults }) => faults))).toEqual(new Set(['slow', 'error', 'hang']));
  expect(ofShop.some(({ status, faults }) => status === 503 && faults.includes('error'))).toBe(true);
});

test('a client of a store and a reader of pages, each with somebody between, see each fault, get over it, and are counted', async () => {
  const asked = [
    join(proxied, 'cluster.yaml'),
    '--profile',
    join(proxied, 'profile.yaml'),
    '--control',
    'never',
  ];
  const { verdict } = await rehearsal(asked);
  expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
  const receipts = verdict.receipts.map((one) => [
    one.kind,
    one.target,
    one.ok && one.bystandersOk && one.healedOk,
    one.bystanders,
  ]);
  expect(receipts.sort()).toEqual([
    ['dependency.body', 'front-1:GET /page', true, 4],
    ['dependency.hang', 'cache-1:tcp 6379', true, 4],
    ['dependency.reset', 'cache-1:tcp 6379', true, 4],
    ['dependency.reset', 'front-1:GET /more/*', true, 4],
    ['dependency.slow', 'cache-1:tcp 6379', true, 4],
  ]);
  const nodes = join(packageRoot, '.runs', verdict.runId, 'nodes');
  const lines = (file: string): readonly unknown[] =>
    readFileSync(join(nodes, file), 'utf8')
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  const connections = lines('cache-1/connections.jsonl').map((one) => DependencyConnection.parse(one));
  const ofVisitor = connections.filter(({ ours, route }) => !ours && route === 'tcp 6379');
  expect(new Set(ofVisitor.flatMap(({ faults }) => faults))).toEqual(new Set(['slow', 'reset', 'hang']));
  expect(ofVisitor.some(({ end }) => end === 'reset')).toBe(true);
  expect(Math.max(...ofVisitor.map(({ askedBytes }) => askedBytes))).toBeGreaterThan(1000);
  const requests = lines('front-1/requests.jsonl').map((one) => DependencyRequest.parse(one));
  expect(requests).toContainEqual(expect.objectContaining({ route: null, method: 'POST', status: 200 }));
});
