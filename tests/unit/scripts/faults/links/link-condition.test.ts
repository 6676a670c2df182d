import { expect, test } from '@jest/globals';
import { clean, heldMs, longestMs, merge } from '../../../../../scripts/faults/links/link-condition.ts';
import {
  burstLoss,
  corrupt,
  cut,
  cutPort,
  delay,
  duplicate,
  jitter,
  loss,
  rate,
  reorder,
} from '../../../../support/faults.ts';

test('no fault leaves a link as it is', () => {
  expect(merge([])).toEqual(clean);
});

test('delays and jitters add up, the narrowest rate wins, one cut is enough', () => {
  expect(merge([delay(80), jitter(20), rate(10), delay(5), rate(1), jitter(1), rate(100), cut])).toEqual({
    ...clean,
    delayMs: 85,
    jitterMs: 21,
    rateMbit: 1,
    cuts: ['all'],
  });
});

test('what else happens to packets is beside all that, and of two reorderings the later counts', () => {
  expect(merge([duplicate(0.1), reorder(0.2), corrupt(0.01), { ...reorder(0.5), byMs: 50 }])).toEqual({
    ...clean,
    duplicateRatio: expect.closeTo(0.1, 12),
    reorderRatio: 0.6,
    reorderByMs: 50,
    corruptRatio: expect.closeTo(0.01, 12),
  });
});

test('what is cut once is cut, in one order', () => {
  const both = ['all', { protocol: 'tcp', port: 6379 }];
  expect(merge([cut, cutPort, cut]).cuts).toEqual(both);
  expect(merge([cutPort, cut, cutPort]).cuts).toEqual(both);
});

test('of two bursts the more wins', () => {
  expect(merge([burstLoss(0.1, 5), burstLoss(0.2, 3)]).bursts).toEqual({ lossRatio: 0.2, burstPackets: 3 });
  expect(merge([burstLoss(0.2, 3), burstLoss(0.1, 5), loss(0.1)])).toMatchObject({
    bursts: { lossRatio: 0.2, burstPackets: 3 },
    lossRatio: expect.closeTo(0.1, 12),
  });
});

test('of two losses a packet must survive both', () => {
  expect(merge([loss(0.5), loss(0.5)]).lossRatio).toBeCloseTo(0.75, 12);
  expect(merge([loss(0.1), loss(0.2)]).lossRatio).toBeCloseTo(0.28, 12);
});

test('no jitter makes a packet come before it was sent: it is held in the middle for as long as that takes', () => {
  expect(heldMs(merge([jitter(20)]))).toBe(20);
  expect(heldMs(merge([jitter(20, 'normal')]))).toBe(60);
  expect(heldMs(merge([jitter(30, 'pareto')]))).toBeCloseTo(20, 9);
  // Half of them come before what is not off at all: with 80 ms more, half come within 80 ms.
  expect(heldMs(merge([delay(80), jitter(30, 'pareto')]))).toBeCloseTo(80 + 40 * (1.5 - 2 ** (1 / 3)), 9);
  expect(heldMs(merge([delay(80), jitter(20, 'normal')]))).toBe(80);
  expect([jitter(20), jitter(20, 'normal'), jitter(30, 'pareto')].map(longestMs)).toEqual([
    ...[40, 120],
    expect.closeTo(140, 9),
  ]);
});
