import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { MemoryWatch } from '../../../../scripts/rehearsal/memory-watch.ts';

/** A node that answers with these, one after the other, and with the last one from then on; null: not at all. */
function node(...answers: readonly (number | null)[]): { memoryHeld: () => Promise<number> } {
  let at = 0;
  return {
    memoryHeld: () => {
      const answer = answers[Math.min(at, answers.length - 1)] ?? null;
      at += 1;
      return answer === null ? Promise.reject(new Error('it is down')) : Promise.resolve(answer);
    },
  };
}

/** So many looks, and then none until the end. */
function looks(count: number): { untilNext: (over: AbortSignal) => Promise<void>; done: Promise<unknown> } {
  const { promise: done, resolve } = Promise.withResolvers<unknown>();
  let seen = 0;
  return {
    done,
    untilNext: async (over) => {
      seen += 1;
      if (seen < count) return;
      resolve(null);
      await once(over, 'abort');
    },
  };
}

test('what a node held at most is the most of all looks, by node', async () => {
  const { untilNext, done } = looks(3);
  const watch = MemoryWatch.begin(
    new Map([
      ['b', node(5, 9, 4)],
      ['a', node(1)],
    ]),
    untilNext,
  );
  await done;
  const held = await watch.end();
  expect(held).toEqual({ a: 1, b: 9 });
  expect(Object.keys(held)).toEqual(['a', 'b']);
});

test('there is a look at the end, also where there was hardly time for another', async () => {
  const { untilNext, done } = looks(1);
  const watch = MemoryWatch.begin(new Map([['a', node(1, 7)]]), untilNext);
  await done;
  expect(await watch.end()).toEqual({ a: 7 });
});

test('a node that does not answer for a while has what it held otherwise, and one that never does has nothing', async () => {
  const { untilNext, done } = looks(2);
  const watch = MemoryWatch.begin(
    new Map([
      ['a', node(3, null)],
      ['down', node(null)],
    ]),
    untilNext,
  );
  await done;
  expect(await watch.end()).toEqual({ a: 3 });
});

test('nobody is asked once it is over', async () => {
  const { untilNext, done } = looks(1);
  let asked = 0;
  const memoryHeld = (): Promise<number> => {
    asked += 1;
    return Promise.resolve(1);
  };
  const watch = MemoryWatch.begin(new Map([['a', { memoryHeld }]]), untilNext);
  await done;
  await watch.close();
  await watch.close();
  expect(asked).toBe(1);
});
