import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { constants } from 'node:os';
import { Insider } from '../../../../../scripts/faults/node/insider.ts';
import { fakeNode } from '../../../../support/fake-node.ts';

/** A node in which the one process that goes in can be signalled from here. */
function nodeWithOne() {
  const inside: { pid: number | undefined } = { pid: undefined };
  const node = fakeNode({
    start: async ([command = '', ...argv]) => {
      const child = execa(command, argv, { reject: false, stdin: 'pipe', buffer: false });
      inside.pid = child.pid;
      const { stdin, stdout, stderr } = child;
      const exited = child.then(({ exitCode }) => exitCode ?? 128 + constants.signals.SIGKILL);
      return Promise.resolve({ stdin, stdout, stderr, exited, close: () => stdin.end() });
    },
  });
  const signal = (name: NodeJS.Signals): void => {
    if (inside.pid !== undefined) process.kill(inside.pid, name);
  };
  return { node, signal };
}

test('a process inside answers while it runs, is silent while it stands still, and answers again', async () => {
  const { node, signal } = nodeWithOne();
  const insider = await Insider.enter(node);
  expect(await insider.answer()).toBe('answers');
  signal('SIGSTOP');
  expect(await insider.answer()).toBe('silent');
  signal('SIGCONT');
  expect(await insider.answer()).toBe('answers');
  insider.leave();
});

test('one that is told to end says so, and one that is killed does not', async () => {
  const told = nodeWithOne();
  const first = await Insider.enter(told.node);
  told.signal('SIGTERM');
  expect(await first.answer()).toBe('told');
  const killed = nodeWithOne();
  const second = await Insider.enter(killed.node);
  killed.signal('SIGKILL');
  expect(await second.answer()).toBe('gone');
});
