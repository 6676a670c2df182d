import { expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { probeLinks, type ProbePoint } from '../../../../../scripts/faults/links/link-probes.ts';
import { fakeNode } from '../../../../support/fake-node.ts';
import { FakeProbe, type ProbeBehaviour } from '../../../../support/fake-probe.ts';

const probing = { count: 10, everyUs: 1000, settleMs: 20 };
const never = new AbortController().signal;

const pair = (behaviour?: ProbeBehaviour): readonly [FakeProbe, FakeProbe] => [
  new FakeProbe('a', '198.18.0.11', '198.18.0.12', behaviour),
  new FakeProbe('b', '198.18.0.12', '198.18.0.11', behaviour),
];

test('every directed link has what arrived over it, and no listener goes on', async () => {
  const [a, b] = pair();
  const samples = await probeLinks([a.point, b.point], 'all', probing, never);
  expect([...samples]).toMatchObject([
    ['b->a', { sent: 10, received: 9, delaysMs: [0.15] }],
    ['a->b', { sent: 10, received: 9, delaysMs: [0.15] }],
  ]);
  expect([a.open, b.open]).toEqual([0, 0]);
});

test('an interruption while probes are under way is heeded at once, and no listener goes on', async () => {
  const asked = Promise.withResolvers<null>();
  const [a, b] = pair({
    send: () => {
      asked.resolve(null);
      return new Promise(() => undefined);
    },
  });
  const interrupt = new AbortController();
  const probed = probeLinks([a.point, b.point], 'all', probing, interrupt.signal);
  await asked.promise;
  const interrupted = performance.now();
  interrupt.abort(new Error('Ctrl-C'));
  await expect(probed).rejects.toThrow('Ctrl-C');
  expect(performance.now() - interrupted).toBeLessThan(1000);
  await closed(a, b);
});

test('where one sender fails, the listeners of all are closed', async () => {
  const [a, b] = pair({
    send: () => Promise.resolve({ exitCode: 1, stdout: '', stderr: 'no route' }),
  });
  await expect(probeLinks([a.point, b.point], 'all', probing, never)).rejects.toThrow(
    /ended with 1: no route/,
  );
  await closed(a, b);
});

test('where one listener cannot be started, those of the others are closed', async () => {
  const [a, b] = pair();
  const dead: ProbePoint = {
    node: 'c',
    address: '198.18.0.13',
    sideCar: fakeNode({ name: 'c', start: () => Promise.reject(new Error('no such container')) }),
  };
  await expect(probeLinks([a.point, dead, b.point], 'all', probing, never)).rejects.toThrow(
    'no such container',
  );
  await closed(a, b);
});

async function closed(...all: readonly FakeProbe[]): Promise<void> {
  await setImmediate(); // streams tell of their end in a turn of their own
  expect(all.map(({ open }) => open)).toEqual(all.map(() => 0));
}
