import { afterEach, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { packageRoot } from '../../../../infra/places.ts';
import { loadOrCreateBoundRun, removeBoundRun } from '../../../../infra/plan/bound-run.ts';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import type { BoundRun } from '../../../../infra/plan/plan.ts';
import type { TakenNetwork } from '../../../../infra/plan/subnet.ts';
import { refusalOf } from '../../../support/refusal.ts';

const stack = `unit-bound-run-${process.pid}`;
const idle = loadPlan({
  cluster: join(packageRoot, 'tests/support/clusters/idle/cluster.yaml'),
  profiles: [],
  seed: 1,
  set: {},
  suites: [],
});
const monday = '2026-11-23T08:00:00.000Z';
const tuesday = '2026-11-24T08:00:00.000Z';

afterEach(() => {
  removeBoundRun(stack);
});

test('a second up of a cluster that is up reads every value of the first', () => {
  const first = bind(monday);
  expect(bind(tuesday, { isUp: true })).toEqual(first);
});

test('an emptied stack lives from now on, with the keys and the subnet it had', () => {
  const first = bind(monday);
  expect(bind(tuesday, { isUp: false })).toEqual({ ...first, created: tuesday });
  expect(bind(tuesday, { isUp: true }).created).toBe(tuesday);
});

test('an emptied stack takes another subnet where its own is somebody else’s by now', () => {
  const { subnet } = bind(monday);
  const taken = [{ cidr: subnet.ipv4, holder: 'docker network of another run' }];
  expect(bind(tuesday, { isUp: false }, taken).subnet.ipv4).not.toBe(subnet.ipv4);
});

test('a pool without a free subnet ends with 69 and names who holds it', () => {
  const taken = [
    { cidr: '198.18.0.0/16', holder: 'a route of this host via tun0' },
    { cidr: '198.19.0.0/16', holder: 'docker network other' },
    { cidr: '10.0.0.0/8', holder: 'a route of this host via eth0' },
  ];
  const { error } = refusalOf(() => bind(monday, { isUp: false }, taken)).document;
  expect(error).toMatchObject({ exit: 69, code: 'pool-full', message: 'no subnet of 198.18.0.0/15 is free' });
  expect(error.hint).toContain('198.18.0.0/16 (a route of this host via tun0)');
  expect(error.hint).toContain('198.19.0.0/16 (docker network other)');
  expect(error.hint).not.toContain('10.0.0.0/8');
});

function bind(created: string, state = { isUp: true }, taken: readonly TakenNetwork[] = []): BoundRun {
  return loadOrCreateBoundRun(idle, { runId: stack, stack, created, maxTtlMs: 3_600_000 }, taken, state);
}
