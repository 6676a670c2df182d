import { expect, test } from '@jest/globals';
import { askNode, processClocks } from '../../../../../scripts/faults/clock/clock-readings.ts';
import { fakeNode } from '../../../../support/fake-node.ts';

test('what processes answer goes by their units, with why some of them do not', () => {
  const text = [
    '{"unit":0,"pid":31,"started":2957,"atNs":4683000000,"offsetNs":-90000000500,"errorNs":2760,"zoneSeconds":45900}',
    '{"unit":1,"pid":32,"started":2958,"why":"it stands still"}',
    '{"unit":1,"pid":33,"started":2959,"why":"its libraries are not loaded yet"}',
    '',
  ].join('\n');
  const [first, ...silent] = processClocks(text, ['redis-server', 'worker']);
  expect(first).toEqual({
    name: 'redis-server 31',
    id: '31@2957',
    ...{ why: '', isComing: false, atMs: 4683, offsetMs: -90_000.0005, errorMs: 0.00276, zoneMs: 45_900_000 },
  });
  expect(silent).toMatchObject([
    { name: 'worker 32', why: 'it stands still', isComing: false },
    { name: 'worker 33', isComing: true },
  ]);
  expect(processClocks('', ['worker'])).toEqual([]);
});

test('a node is asked for its time against ours, to within half of what asking took', async () => {
  const ahead = fakeNode({
    exec: async () =>
      Promise.resolve({ exitCode: 0, stdout: `${BigInt(Date.now() + 90_000) * 1_000_000n}\n`, stderr: '' }),
  });
  const { offsetMs, errorMs } = await askNode(ahead);
  expect(Math.abs(offsetMs - 90_000)).toBeLessThan(100);
  expect(errorMs).toBeLessThan(100);
});

test.each([
  [
    'a date without nanoseconds',
    { exitCode: 0, stdout: '1795614469N\n', stderr: '' },
    /it said "1795614469N"/,
  ],
  ['no date at all', { exitCode: 127, stdout: '', stderr: 'date: not found' }, /date: not found/],
])('%s is no time', async (_what, outcome, message) => {
  await expect(askNode(fakeNode({ exec: async () => Promise.resolve(outcome) }))).rejects.toThrow(message);
});
