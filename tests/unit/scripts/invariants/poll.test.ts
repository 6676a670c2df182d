import { expect, test } from '@jest/globals';
import { Poll } from '../../../../scripts/invariants/poll.ts';
import { fakeNode, thisMachine } from '../../../support/fake-node.ts';

const never = new AbortController().signal;

test('a command says by its exit code whether it holds, and is asked with nothing on its stdin', async () => {
  expect(await new Poll(thisMachine, ['sh', '-c', 'cat; echo fine'], 5_000).ask(never)).toEqual({
    exitCode: 0,
    words: 'fine',
  });
  expect(await new Poll(thisMachine, ['sh', '-c', 'echo no >&2; exit 3'], 5_000).ask(never)).toEqual({
    exitCode: 3,
    words: 'no',
  });
});

test('one that does not end in time is ended, with all that it started, before it is asked again', async () => {
  const mark = `understudy-poll-${process.pid}`;
  const hanging = new Poll(thisMachine, ['bash', '-c', `echo waiting; exec -a ${mark} sleep 60`], 300);
  expect((await hanging.ask(never)).words).toBe('no answer within 300 ms\nwaiting');
  const { stdout } = await thisMachine.exec(['pgrep', '-cf', `^${mark}`]);
  expect(stdout).toBe('0');
  expect((await hanging.ask(never)).words).toBe('no answer within 300 ms\nwaiting');
});

test('a node that cannot be asked is an answer, too, and so is a command that is not there', async () => {
  const start = (): Promise<never> => Promise.reject(new Error('container is not running'));
  expect(await new Poll(fakeNode({ start }), ['true'], 1_000).ask(never)).toEqual({
    exitCode: null,
    words: 'it could not be asked: container is not running',
  });
});

test('whoever ends the run does not wait for it', async () => {
  const began = performance.now();
  const hurry = AbortSignal.timeout(200);
  const { exitCode } = await new Poll(thisMachine, ['sleep', '60'], 50_000).ask(hurry);
  expect(exitCode).toBeNull();
  expect(performance.now() - began).toBeLessThan(10_000);
});
