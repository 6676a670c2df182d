import { expect, test } from '@jest/globals';
import { Turns } from '../../../../../scripts/faults/watch/turns.ts';

/** Work that says when it begins and ends when it is told to. */
function work(name: string, said: string[]) {
  const end = Promise.withResolvers<null>();
  return {
    end,
    do: async (): Promise<void> => {
      said.push(`${name} begins`);
      await end.promise;
      said.push(`${name} ends`);
    },
  };
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('who asks for a thing waits for all who asked for it before, and for nobody else', async () => {
  const [turns, said] = [new Turns(), [] as string[]];
  const [first, second, third] = [work('first', said), work('second', said), work('third', said)];
  const all = [
    turns.take(['a', 'b'], first.do),
    turns.take(['b', 'c'], second.do),
    turns.take(['d'], third.do),
  ];
  await settled();
  expect(said).toEqual(['first begins', 'third begins']);
  first.end.resolve(null);
  await settled();
  expect(said.slice(2)).toEqual(['first ends', 'second begins']);
  second.end.resolve(null);
  third.end.resolve(null);
  await Promise.all(all);
});

test('a turn that fails is told to who asked for it, and the next one goes on', async () => {
  const turns = new Turns();
  const failed = turns.take(['a'], () => Promise.reject(new Error('broken')));
  const next = turns.take(['a'], () => Promise.resolve('done'));
  await expect(failed).rejects.toThrow('broken');
  expect(await next).toBe('done');
});
