import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../infra/places.ts';
import { DependencyRequest } from '../../scripts/evidence/request-log.ts';
import { askedOf } from '../../scripts/faults/dependency/dependency-driver.ts';
import { Hold } from '../../scripts/faults/side-car/hold.ts';
import { askRoute } from '../../scripts/faults/dependency/route-readings.ts';
import type { NodeAccess } from '../../scripts/nodes/node.ts';
import { hang } from '../support/faults.ts';
import { loneDependency, lonePort } from '../support/lone-dependency.ts';
import { rehearsal } from '../support/understudy.ts';

const never = new AbortController().signal;
const cluster = join(packageRoot, 'tests/support/clusters/dependent/cluster.yaml');

describe('a fault of a dependency', () => {
  const hanging = ['dependencyfault', askedOf(hang, 'GET /a', 'seed')];
  const answers = async (sideCar: NodeAccess, route: string): Promise<string> => {
    const asking = { address: '127.0.0.1', port: lonePort, route, agent: 'a', count: 1, atOnce: 1 };
    const [one] = await askRoute(sideCar, { ...asking, patienceMs: 1000 }, never);
    return `${one?.status ?? ''} ${one?.how ?? ''}`;
  };

  test('is on its own route, ends with its heal, and answers those who waited', async () => {
    await using rates = await loneDependency();
    const { access } = await rates.sideCar();
    const hold = await Hold.open(access);
    await hold.start('f', hanging);
    expect([await answers(access, 'GET /a'), await answers(access, 'GET /b')]).toEqual([
      '0 silent',
      '200 whole',
    ]);
    const patient = {
      address: '127.0.0.1',
      port: lonePort,
      route: 'GET /a',
      agent: 'b',
      count: 1,
      atOnce: 1,
    };
    const waiting = askRoute(access, { ...patient, patienceMs: 20_000 }, never);
    await hold.heal('f');
    expect(await waiting).toMatchObject([{ status: 200, how: 'whole' }]);
    expect(await answers(access, 'GET /a')).toBe('200 whole');
    await hold.close();
  });

  test('ends with its lease, and with its side-car, whoever kills it', async () => {
    await using rates = await loneDependency();
    const first = await rates.sideCar();
    const onlooker = await rates.sideCar();
    const lease = await Hold.open(first.access);
    await lease.start('f', hanging);
    expect(await answers(onlooker.access, 'GET /a')).toBe('0 silent');
    await lease.close();
    expect(await answers(onlooker.access, 'GET /a')).toBe('200 whole');
    const again = await Hold.open(first.access);
    await again.start('f', hanging);
    expect(await answers(onlooker.access, 'GET /a')).toBe('0 silent');
    await first.kill();
    expect(await answers(onlooker.access, 'GET /a')).toBe('200 whole');
    again.leave();
  });

  test('on a route that the dependency does not have is refused by it', async () => {
    await using rates = await loneDependency();
    const { access } = await rates.sideCar();
    const hold = await Hold.open(access);
    const nowhere = ['dependencyfault', askedOf(hang, 'GET /nowhere', 'seed')];
    await expect(hold.start('f', nowhere)).rejects.toThrow(/no route GET \/nowhere/);
    await hold.close();
  });

  test('is counted beside what was asked without it', async () => {
    await using rates = await loneDependency();
    const { access } = await rates.sideCar();
    const hold = await Hold.open(access);
    await answers(access, 'GET /b');
    await hold.start('f', hanging);
    await answers(access, 'GET /a');
    await hold.close();
    const { stdout } = await rates.access.exec(['dependency', 'asked']);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([
      { route: 'GET /a', status: 200, faults: ['hang'], ours: false, count: 1 },
      { route: 'GET /b', status: 200, faults: [], ours: false, count: 1 },
    ]);
  });
});

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
