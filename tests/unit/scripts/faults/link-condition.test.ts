import { expect, test } from '@jest/globals';
import type { Fault } from '../../../../infra/spec/fault.ts';
import { clean, merge } from '../../../../scripts/faults/link-condition.ts';

const on = { links: 'all' as const };
const delay = (delayMs: number): Fault => ({ kind: 'network.delay', name: 'd', on, delayMs });
const jitter = (jitterMs: number): Fault => ({ kind: 'network.jitter', name: 'j', on, jitterMs });
const loss = (lossRatio: number): Fault => ({ kind: 'network.loss', name: 'l', on, lossRatio });
const rate = (rateMbit: number): Fault => ({ kind: 'network.rate', name: 'r', on, rateMbit });
const cut: Fault = { kind: 'network.partition', name: 'c', on };
const disk: Fault = { kind: 'disk.readonly', name: 'o', on: { disks: 'all' } };

test('no fault leaves a link as it is, and a disk’s fault too', () => {
  expect(merge([])).toEqual(clean);
  expect(merge([disk])).toEqual(clean);
});

test('delays and jitters add up, the narrowest rate wins, one cut is enough', () => {
  expect(merge([delay(80), jitter(20), rate(10), delay(5), rate(1), jitter(1), rate(100), cut])).toEqual({
    delayMs: 85,
    jitterMs: 21,
    lossRatio: 0,
    rateMbit: 1,
    cut: true,
  });
});

test('of two losses a packet must survive both', () => {
  expect(merge([loss(0.5), loss(0.5)]).lossRatio).toBeCloseTo(0.75, 12);
  expect(merge([loss(0.1), loss(0.2)]).lossRatio).toBeCloseTo(0.28, 12);
});
