import { expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../infra/plan/plan.ts';
import { Injector } from '../../../../scripts/faults/injector.ts';
import { InForce } from '../../../../scripts/faults/watch/in-force.ts';
import { fakeNode } from '../../../support/fake-node.ts';
import { fakeVictim } from '../../../support/fake-victim.ts';
import { slowDisk } from '../../../support/faults.ts';

const fault: ScheduledFault = {
  ...{ id: 'p/f', profile: 'p', fault: slowDisk(50), targets: ['n-1:/data'] },
  ...{ startMs: null, endMs: null },
};

test('before a fault, too, nothing is asked of a node that has ended', async () => {
  const asked: string[] = [];
  const victims = await Promise.all(
    ['n-1', 'n-2', 'n-3'].map(async (node) => {
      const sideCar = fakeNode({
        exec: () => {
          asked.push(node);
          return Promise.resolve({ exitCode: 0, stdout: '/proc/net/snmp:Tcp: InSegs\n', stderr: '' });
        },
      });
      return { ...(await fakeVictim({ node })), sideCar };
    }),
  );
  const read: string[] = [];
  const injector = new Injector(
    { inject: async () => Promise.resolve(), heal: async () => Promise.resolve() },
    { recorder: { record: () => undefined }, onCounted: ({ node }) => read.push(node) },
    victims,
    new InForce(),
    () => 0,
  );
  const watch = { around: async (_one: ScheduledFault, inject: () => Promise<void>) => inject() };
  await injector.inject(fault, watch, AbortSignal.timeout(5_000), new Set(['n-2']));
  expect([...asked].sort()).toEqual(['n-1', 'n-3']);
  expect(read.sort()).toEqual(['n-1', 'n-3']);
});

test('a heal is told to every family: what another one left on the same target can be read from then on', async () => {
  const injector = new Injector(
    { inject: async () => Promise.resolve(), heal: async () => Promise.resolve() },
    { recorder: { record: () => undefined }, onCounted: () => undefined },
    [],
    new InForce(),
    () => 0,
  );
  const told: string[] = [];
  const watches = ['own', 'other'].map((name) => ({
    afterHeal: async ({ id }: ScheduledFault) => {
      told.push(`${name} ${id}`);
      return Promise.resolve();
    },
  }));
  await injector.heal(fault, watches, new Set());
  expect(told).toEqual(['own p/f', 'other p/f']);
});
