import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JitterDistribution } from '../../infra/spec/faults/jitter-distribution.ts';
import {
  distanceBound,
  jitterInterval,
  jitterOf,
  shapeOf,
} from '../../scripts/faults/network/delay-shape.ts';
import { judgeLink } from '../../scripts/faults/network/link-receipts.ts';
import { ascending, quantile } from '../../scripts/statistics.ts';
import { jitter } from '../support/faults.ts';
import { reading, sample } from '../support/link-samples.ts';

type Uniform = () => number;

/**
 * By other means than what is tested: a normal one is the sum of twelve, less six, each cut at three; of Pareto's the
 * exponent 3 is the least of three that have the exponent 1.
 */
const drawn = {
  uniform: (next) => 2 * next() - 1,
  normal: (next) => {
    for (;;) {
      const sum = Array.from({ length: 12 }, next).reduce((all, one) => all + one, -6);
      if (Math.abs(sum) <= 3) return sum;
    }
  },
  pareto: (next) => Math.min(4, (Math.min(1 / next(), 1 / next(), 1 / next()) - 1.5) * (4 / 3)),
} satisfies Record<JitterDistribution, (next: Uniform) => number>;

function delays(
  distribution: JitterDistribution,
  { n = 2100, seed = 1, jitterMs = 20, lateShare = 0, noiseMs = 0 },
): readonly number[] {
  const next = uniform(seed);
  return Array.from({ length: n }, () => {
    const late = next() < lateShare ? 5 * jitterMs * next() : 0;
    return 100 + jitterMs * drawn[distribution](next) + noiseMs * -Math.log(next()) + late;
  });
}

/** Mulberry32, in (0, 1): thousands of draws for each property, and the draws of plans are slow. */
function uniform(seed: number): Uniform {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return (((z ^ (z >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

const kinds = JitterDistribution.options;
const seeded = fc.record({
  seed: fc.nat(),
  n: fc.integer({ min: 1800, max: 4000 }),
  jitterMs: fc.integer({ min: 5, max: 500 }),
});

describe.each(kinds)('%s delays', (real) => {
  test('are known as such, and as wide as they were drawn, also beside what a busy host makes late', () => {
    fc.assert(
      fc.property(seeded, fc.constantFrom(0, 0.02), (asked, lateShare) => {
        const values = delays(real, { ...asked, lateShare, noiseMs: asked.jitterMs * 0.03 });
        expect(shapeOf(values, real)).toMatchObject({ ok: true, nearest: real });
        const [low, high] = jitterInterval(values, real);
        expect(low).toBeLessThan(asked.jitterMs * 1.1);
        expect(high).toBeGreaterThan(asked.jitterMs * 0.9);
      }),
      { numRuns: 10 },
    );
  });

  test.each(kinds.filter((one) => one !== real))('are no %s ones, however wide these may be', (other) => {
    fc.assert(
      fc.property(seeded, (asked) => {
        expect(shapeOf(delays(real, asked), other)).toMatchObject({ ok: false, nearest: real });
      }),
      { numRuns: 10 },
    );
  });

  test.each(kinds.filter((one) => one !== real))(
    'fail the receipt of a fault that asked for %s ones, be it as wide or as it takes for the quartiles to agree',
    (other) => {
      const before = reading(sample(400, 0.1));
      const judged = (values: readonly number[]) =>
        judgeLink(jitter(20, other), {
          ...{ baseline: before, before, after: before },
          during: reading({ ...sample(2100, 100), delaysMs: values }),
        });
      const fitting = 20 / jitterOf(delays(real, { jitterMs: 1, n: 20_000 }), other);
      for (const jitterMs of [20, fitting]) {
        expect(judged(delays(real, { jitterMs }))).toMatchObject({
          ...{ ok: false, why: expect.stringContaining(`most like ${real} delays`) },
          shape: { requested: other, nearest: real },
        });
      }
      expect(judged(delays(other, { jitterMs: 20 }))).toMatchObject({
        ...{ ok: true, why: '', requested: 20 },
        shape: { requested: other, nearest: other },
      });
    },
  );
});

test('what is drawn as asked is as far off as it may be in none of many cases', () => {
  for (const kind of kinds) {
    const distances = Array.from({ length: 30 }, (_, seed) => shapeOf(delays(kind, { seed }), kind).distance);
    // A bound of one in a million is far from what thirty reach.
    expect(Math.max(...distances)).toBeLessThan(0.75 * distanceBound(2100));
  }
});

test('Pareto’s delays are as the table that netem has of them: early, with a tail that is capped', () => {
  // iproute2 6.1, pareto.dist: 5, 25, 50, 75 and 95 % of its 4096 values, over 8192.
  const table = [-0.6438, -0.5325, -0.3201, 0.1166, 1.618];
  const values = ascending(delays('pareto', { n: 50_000, jitterMs: 1 }).map((one) => one - 100));
  for (const [index, q] of [0.05, 0.25, 0.5, 0.75, 0.95].entries())
    expect(quantile(values, q)).toBeCloseTo(table[index] ?? NaN, 1);
  expect(values.at(-1)).toBe(4);
});

test('nothing, and delays that do not differ, are like nothing', () => {
  for (const values of [[], Array.from({ length: 2100 }, () => 5)])
    for (const kind of kinds) expect(shapeOf(values, kind).ok).toBe(false);
});
