import { expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import { givingBack } from '../../../../../scripts/faults/node/node-driver.ts';
import { powerLoss } from '../../../../support/faults.ts';
import { fakeVictim } from '../../../../support/fake-victim.ts';

const killed: ScheduledFault = {
  ...{ id: 'p/boom', profile: 'p', fault: powerLoss, targets: ['a', 'b'], startMs: 0, endMs: 1000 },
};

test('links come when all nodes that start at one moment are armed, each once; of one that stays down none is waited for', async () => {
  const said: string[] = [];
  const slowly = Promise.withResolvers<undefined>();
  const victim = async (node: string, armed: Promise<unknown>) =>
    fakeVictim({
      ...{ node, address: '' },
      machine: { ...(await fakeVictim({})).machine, start: () => Promise.resolve() },
      rearm: async () => {
        await armed;
        said.push(`${node} is armed`);
      },
      ready: () => Promise.resolve(void said.push(`${node} is ready`)),
    });
  const victims = [
    await victim('a', Promise.resolve()),
    await victim('b', slowly.promise),
    await victim('c', Promise.resolve()),
  ];
  const giveBack = givingBack(victims, {
    links: {
      bringTo: (links, active, ended) => {
        said.push(`${links.join(' ')}, ${active.length} active, without ${[...ended].join(' ')}`);
        return Promise.resolve();
      },
    },
    metadata: { rearm: () => Promise.resolve() },
    layers: { bringBack: () => Promise.resolve() },
    disks: {
      bringBack: (node) => {
        if (node === 'a') slowly.resolve(undefined);
        return Promise.resolve();
      },
    },
  });
  await giveBack(killed, [], new Set(['a', 'b', 'c']));
  expect(said).toEqual([
    'a is armed',
    'b is armed',
    'a->b b->a a->c c->a b->c c->b, 0 active, without c',
    'a is ready',
    'b is ready',
  ]);
  for (const one of victims) one.hold.leave();
});
