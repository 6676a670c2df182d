import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { drawFor } from '../../infra/plan/seed.ts';
import {
  ascending,
  median,
  quantile,
  ratioInterval,
  thinned,
  uniformHalfWidth,
} from '../../scripts/statistics.ts';

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });
const counted = fc
  .integer({ min: 1, max: 20_000 })
  .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));

describe('the interval of a ratio', () => {
  test('lies between 0 and 1, contains what was counted, and grows with it', () => {
    fc.assert(
      fc.property(counted, ([hits, n]) => {
        const [low, high] = ratioInterval(hits, n);
        expect(0 <= low && low <= hits / n && hits / n <= high && high <= 1).toBe(true);
        if (hits === n) return;
        const [nextLow, nextHigh] = ratioInterval(hits + 1, n);
        expect(low < nextLow && high < nextHigh).toBe(true);
      }),
    );
  });

  test('is the narrower the more was counted', () => {
    fc.assert(
      fc.property(counted, ([hits, n]) => {
        const width = ([low, high]: readonly [number, number]): number => high - low;
        expect(width(ratioInterval(hits * 4, n * 4))).toBeLessThan(width(ratioInterval(hits, n)));
      }),
    );
  });

  test('contains the ratio that the counts were drawn with', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), fc.nat(), (ratio, seed) => {
        const draw = drawFor(seed, 'interval');
        const n = 2000;
        const hits = Array.from({ length: n }, () => draw.integer(0, 999_999) < ratio * 1e6).filter(
          Boolean,
        ).length;
        const [low, high] = ratioInterval(hits, n);
        expect(low <= ratio && ratio <= high).toBe(true);
      }),
    );
  });

  test('of nothing says nothing', () => {
    expect(ratioInterval(0, 0)).toEqual([0, 1]);
  });

  test('ends where Wilson’s equation holds: at ratios that lie just as far from the count as chance would reach', () => {
    const z = 4.8916;
    fc.assert(
      fc.property(counted, ([hits, n]) => {
        for (const end of ratioInterval(hits, n))
          expect((hits / n - end) ** 2).toBeCloseTo((z ** 2 * end * (1 - end)) / n, 12);
      }),
    );
  });
});

describe('quantiles', () => {
  test('are among or between the values, and grow with what is asked', () => {
    fc.assert(
      fc.property(
        values,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, p, q) => {
          const sorted = ascending(all);
          const [less, more] = [Math.min(p, q), Math.max(p, q)].map((one) => quantile(sorted, one));
          expect(less).toBeLessThanOrEqual(more ?? NaN);
          expect(less).toBeGreaterThanOrEqual(sorted[0] ?? NaN);
          expect(more).toBeLessThanOrEqual(sorted.at(-1) ?? NaN);
        },
      ),
    );
  });

  test('of nothing are no number, so that no comparison holds', () => {
    expect(median([])).toBeNaN();
  });

  test('the median leaves as many below as above, whatever order the values come in', () => {
    fc.assert(
      fc.property(values, (all) => {
        const middle = median(all);
        expect(all.filter((one) => one < middle).length).toBeLessThanOrEqual(all.length / 2);
        expect(all.filter((one) => one > middle).length).toBeLessThanOrEqual(all.length / 2);
        expect(median([...all].reverse())).toBe(middle);
      }),
    );
  });
});

test('half the width of a uniform distribution comes out, and a tail of late ones does not change it much', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: -100, max: 1000 }), (half, centre) => {
      const spread = Array.from({ length: 1001 }, (_, index) => centre - half + (2 * half * index) / 1000);
      expect(uniformHalfWidth(spread)).toBeCloseTo(half, 6);
      const late = [...spread, ...Array.from({ length: 30 }, () => centre + 100 * half)];
      expect(Math.abs(uniformHalfWidth(late) - half)).toBeLessThan(half * 0.05);
    }),
  );
});

test('a thinned series has at most as many values as asked, in order, its first among them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer(), { maxLength: 300 }),
      fc.integer({ min: 1, max: 120 }),
      (all, count) => {
        const numbered = all.map((_, index) => index);
        const kept = thinned(numbered, count);
        expect(kept.length).toBeLessThanOrEqual(count);
        expect(kept).toEqual(ascending(kept));
        expect(kept[0]).toBe(numbered[0]);
        if (numbered.length <= count) expect(kept).toEqual(numbered);
      },
    ),
  );
});
