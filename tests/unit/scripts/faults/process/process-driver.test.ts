import { expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import type { ProcessFault } from '../../../../../infra/spec/fault.ts';
import { processDriver } from '../../../../../scripts/faults/process/process-driver.ts';
import type { Hold } from '../../../../../scripts/faults/side-car/hold.ts';
import type { Victim } from '../../../../../scripts/faults/victim/victim.ts';
import { fakeNode } from '../../../../support/fake-node.ts';
import { fakeVictim } from '../../../../support/fake-victim.ts';
import { crashPoint, herd } from '../../../../support/faults.ts';

const scheduled = (fault: ProcessFault, nodes: readonly string[]): ScheduledFault => ({
  ...{ id: 'p/f', profile: 'p', fault, targets: nodes.map((node) => `${node}:web`) },
  ...{ startMs: null, endMs: null },
});

/** Nodes that write down, in order, what is done to them. */
async function nodesThatTell(names: readonly string[], following = '') {
  const done: string[] = [];
  const victims = await Promise.all(
    names.map(async (node): Promise<Victim> => {
      const say = async (what: string, words: readonly string[]): Promise<void> => {
        done.push(`${node} ${what} ${words.join(' ')}`);
        return Promise.resolve();
      };
      const real = await fakeVictim({
        node,
        access: fakeNode({
          exec: async (argv) => {
            await say('exec', argv);
            return { exitCode: 0, stdout: argv[0] === 'sh' ? following : '', stderr: '' };
          },
        }),
      });
      real.hold.leave();
      const hold: Pick<Hold, 'undo' | 'do' | 'start' | 'heal'> = {
        undo: (id, words) => void say(`undo ${id}`, words),
        do: async (words) => say('do', words),
        start: async (id, words) => {
          await say(`start ${id}`, words);
          return '';
        },
        heal: async (id) => say('heal', [id]),
      };
      return { ...real, hold: Object.assign(real.hold, hold) };
    }),
  );
  return { victims, done };
}

test('a process is killed at a call by a program that is let go before the unit is started again', async () => {
  const { victims, done } = await nodesThatTell(['a']);
  const driver = processDriver(victims);
  const fault = scheduled(crashPoint, ['a']);
  await driver.inject(fault, [fault]);
  await driver.heal(fault, []);
  expect(done).toEqual([
    'a start p/f:a:web crashpoint web.service rename 3 /run/checkpoint/state',
    'a heal p/f:a:web',
    'a exec systemctl reset-failed web.service',
    'a exec systemctl start web.service',
  ]);
});

test('what ran and follows a unit is started again with it', async () => {
  const { victims, done } = await nodesThatTell(['a'], 'follower.service\nsocket.socket\n');
  const driver = processDriver(victims);
  for (const fault of [scheduled(crashPoint, ['a']), scheduled(herd, ['a'])]) {
    await driver.arm([fault]);
    await driver.inject(fault, [fault]);
    await driver.heal(fault, []);
  }
  expect(done).toContain('a exec systemctl start web.service follower.service socket.socket');
  expect(done).toContain('a undo p/f:a:web unitswitch start web.service follower.service socket.socket');
});

test('units that begin together are started by side-cars that were told before they stopped them', async () => {
  const { victims, done } = await nodesThatTell(['a', 'b', 'c']);
  const driver = processDriver(victims);
  const fault = scheduled(herd, ['a', 'b', 'c']);
  await driver.inject(fault, [fault]);
  for (const node of ['a', 'b', 'c'])
    expect(done.filter((line) => line.startsWith(`${node} `))).toEqual([
      `${node} undo p/f:${node}:web unitswitch start web.service`,
      `${node} do unitswitch stop web.service`,
    ]);
  done.length = 0;
  await driver.heal(fault, [], new Set(['b']));
  expect(done).toEqual(['a heal p/f:a:web', 'c heal p/f:c:web']);
});
