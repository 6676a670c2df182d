import { describe, expect, test } from '@jest/globals';
import { isClean, isGone } from '../../../../../scripts/faults/network/clean-link.ts';
import { isDecided, isTold } from '../../../../../scripts/faults/network/link-ratio.ts';
import type { LinkFault } from '../../../../../infra/spec/fault.ts';
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
import { reading, sample } from '../../../../support/link-samples.ts';

describe('a link that no fault is on', () => {
  const before = sample(400, 0.1);

  test('is clean where it is as late as before and loses nothing that could be told from noise', () => {
    expect(isClean(before, sample(400, 1.5))).toBe(true);
    expect(isClean(before, sample(400, 2.2))).toBe(false);
    expect(isClean(before, sample(7000, 0.1, { lost: 0.001 }))).toBe(true);
    expect(isClean(before, sample(7000, 0.1, { lost: 0.02 }))).toBe(false);
    expect(isClean(before, sample(400, 0.1, { lost: 1 }))).toBe(false);
  });

  test('is not where its delays are spread, although their median is what it was', () => {
    expect(isClean(before, sample(400, 0.1, { spreadMs: 1.5 }))).toBe(true);
    expect(isClean(before, sample(400, 0.1, { spreadMs: 20 }))).toBe(false);
  });

  test('is not where packets come twice, late or broken; where delays scatter, they overtake each other by themselves', () => {
    for (const wrong of [{ twice: 0.02 }, { late: 0.02 }, { broken: 0.02 }])
      expect(isClean(before, sample(7000, 0.1, wrong))).toBe(false);
    const scattered = sample(400, 50, { spreadMs: 20, late: 0.9 });
    expect(isClean(scattered, sample(7000, 50, { spreadMs: 20, late: 0.98 }))).toBe(true);
    expect(isClean(scattered, sample(7000, 50, { spreadMs: 20, twice: 0.02 }))).toBe(false);
  });

  test('is as before where what stands on it is still there, however that scatters, and not where it is gone', () => {
    const standing = sample(400, 50, { spreadMs: 40, lost: 0.1 });
    expect(isClean(standing, sample(400, 56, { spreadMs: 36, lost: 0.08 }))).toBe(true);
    expect(isClean(standing, sample(6000, 50, { spreadMs: 40 }))).toBe(false);
    expect(isClean(standing, sample(6000, 50, { lost: 0.1 }))).toBe(false);
    expect(isClean(standing, sample(400, 90, { spreadMs: 40, lost: 0.1 }))).toBe(false);
  });
});

test('a link that loses in bursts is as before where it loses more or less, as bursts do, and not where it loses none', () => {
  const standing = sample(20_000, 0.1, { lost: 0.1, inRow: 10 });
  expect(isClean(standing, sample(400, 0.1, { lost: 0.3, inRow: 10 }))).toBe(true);
  expect(isClean(standing, sample(20_000, 0.1))).toBe(false);
  expect(isClean(sample(20_000, 0.1, { lost: 0.1 }), sample(400, 0.1, { lost: 0.3 }))).toBe(false);
});

describe('a fault that was on a link', () => {
  const before = reading(sample(400, 0.1), 20e9);

  test.each<[LinkFault, ReturnType<typeof reading>]>([
    [delay(1), reading(sample(400, 1.1))],
    [jitter(1), reading(sample(2100, 0.1, { spreadMs: 1 }))],
    [loss(0.003), reading(sample(6000, 0.1, { lost: 0.003 }))],
    [loss(0.1), reading(sample(6000, 0.1, { lost: 0.06 }))],
    [burstLoss(0.1, 5), reading(sample(30_000, 0.1, { lost: 0.1, inRow: 5 }))],
    [duplicate(0.003), reading(sample(6000, 0.1, { twice: 0.003 }))],
    [reorder(0.1), reading(sample(6000, 0.1, { late: 0.06 }))],
    [corrupt(0.1), reading(sample(6000, 0.1, { broken: 0.1 }))],
    [rate(10), reading(sample(400, 0.1), 10e6)],
    [cut, reading(sample(400, 0.1, { lost: 1 }))],
  ])('is not gone where it is still read, however little it does: %j', (fault, still) => {
    expect(isGone(fault, before, still)).toBe(false);
  });

  test.each<LinkFault>([
    ...[
      delay(1),
      jitter(1),
      loss(0.003),
      burstLoss(0.1, 5),
      duplicate(0.003),
      reorder(0.1),
      corrupt(0.1),
      rate(10),
      cut,
    ],
  ])('is gone otherwise: %j', (fault) => {
    expect(isGone(fault, before, reading(sample(6000, 0.2, { lost: 1 / 6000 }), 20e9))).toBe(true);
  });

  test('is judged by its own share beside others that are still there', () => {
    const other = reading(sample(2100, 50, { spreadMs: 20, lost: 0.02 }));
    expect(isGone(delay(30), other, reading(sample(2100, 51, { spreadMs: 20, lost: 0.02 })))).toBe(true);
    expect(isGone(delay(30), other, reading(sample(2100, 80, { spreadMs: 20, lost: 0.02 })))).toBe(false);
    expect(isGone(jitter(30), other, reading(sample(2100, 50, { spreadMs: 50, lost: 0.02 })))).toBe(false);
  });
});

test('a port that was cut is open again when everything gets through to it and from it', () => {
  const before = reading(sample(400, 0.1));
  const now = (met: readonly number[]): ReturnType<typeof reading> => ({
    ...before,
    ports: new Map([['tcp port 6379', { sent: 60, met, spared: [60] }]]),
  });
  expect(isGone(cutPort, before, now([60, 59]))).toBe(true);
  expect(isGone(cutPort, before, now([60, 0]))).toBe(false);
  expect(isGone(cutPort, before, before)).toBe(false); // nobody looked
});

test('a loss is probed for until it could be told from none, and no longer', () => {
  const before = sample(400, 0.1);
  expect(isDecided(loss(0.02), before, sample(400, 0.1))).toBe(false);
  expect(isDecided(loss(0.02), before, sample(1500, 0.1))).toBe(true);
  expect(isDecided(loss(0.003), before, sample(6000, 0.1))).toBe(false);
  expect(isDecided(loss(0.003), before, sample(9000, 0.1))).toBe(true);
  expect(isDecided(loss(0.02), before, sample(1500, 0.1, { lost: 0.02 }))).toBe(false);
  expect(isDecided(loss(0.02), before, sample(6000, 0.1, { lost: 0.02 }))).toBe(true);
});

test('a fault that is plainly not there is looked for no longer, one that might be is', () => {
  const before = sample(400, 0.1);
  expect(isTold(loss(0.1), before, sample(400, 0.1))).toBe(false);
  expect(isTold(loss(0.1), before, sample(7000, 0.1))).toBe(true);
  expect(isTold(loss(0.1), before, sample(7000, 0.1, { lost: 0.01 }))).toBe(false);
  expect(isTold(loss(0.1), before, sample(7000, 0.1, { lost: 0.1 }))).toBe(true);
});
