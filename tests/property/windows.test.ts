import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { drawFor } from '../../infra/plan/seed.ts';
import { lastMomentMs, windowsOf } from '../../infra/plan/windows.ts';
import type { Fault } from '../../infra/spec/fault.ts';
import { cut } from '../support/faults.ts';

const span = (min: number, max: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.integer({ min, max }), fc.nat(5_000)).map(([from, width]) => [from, from + width]);

test('a fault that comes again does so as often, as long and as late as was asked, and never while it is there', () => {
  fc.assert(
    fc.property(
      span(0, 10_000),
      span(2_500, 5_000),
      fc.integer({ min: 2, max: 9 }),
      fc.nat(5_000),
      fc.nat(),
      (from, lastsMs, times, pause, seed) => {
        const everyMs: [number, number] = [lastsMs[1] + 1, lastsMs[1] + 1 + pause];
        const fault = { ...cut, from, lastsMs, again: { times, everyMs } };
        const windows = windowsOf(fault, drawFor(seed, 'p/f'));
        expect(windows).toHaveLength(times);
        expect(windowsOf(fault, drawFor(seed, 'p/f'))).toEqual(windows);
        for (const [at, { startMs, endMs }] of windows.entries()) {
          const before = windows[at - 1];
          const [start, end] = [startMs ?? NaN, endMs ?? NaN];
          expect(end - start).toBeGreaterThanOrEqual(lastsMs[0]);
          expect(end - start).toBeLessThanOrEqual(lastsMs[1]);
          const since = start - (before?.startMs ?? 0);
          const [soonest, latest] = before === undefined ? from : everyMs;
          expect(since).toBeGreaterThanOrEqual(soonest);
          expect(since).toBeLessThanOrEqual(latest);
          if (before !== undefined) expect(start).toBeGreaterThan(before.endMs ?? NaN);
        }
      },
    ),
  );
});

test('one without a beginning holds from before the suites to after them; one without an end, to after them', () => {
  expect(windowsOf(cut, drawFor(1, 'p/f'))).toEqual([{ startMs: null, endMs: null }]);
  expect(windowsOf({ ...cut, from: [7, 7] }, drawFor(1, 'p/f'))).toEqual([{ startMs: 7, endMs: null }]);
  expect(windowsOf({ ...cut, from: [7, 7], untilMs: 9 }, drawFor(1, 'p/f'))).toEqual([
    { startMs: 7, endMs: 9 },
  ]);
});

test('the last moment of a schedule is when nothing comes or goes any more; what holds during the whole run has none', () => {
  expect(lastMomentMs([])).toBeNull();
  expect(lastMomentMs([{ startMs: null, endMs: null }])).toBeNull();
  const windows = [
    { startMs: 1000, endMs: 9000 },
    { startMs: null, endMs: null },
    { startMs: 12_000, endMs: null },
    { startMs: 2000, endMs: 11_000 },
  ];
  expect(lastMomentMs(windows)).toBe(12_000);
  expect(lastMomentMs(windows.slice(0, 2))).toBe(9000);
});

test('one that waits for an event has no moment of its own, but how long after it and for how long', () => {
  fc.assert(
    fc.property(
      span(0, 5_000),
      span(2_500, 5_000),
      fc.integer({ min: 1, max: 90_000 }),
      fc.nat(),
      (thenMs, lastsMs, byMs, seed) => {
        const from = { event: { suite: { name: 's' } }, thenMs, byMs };
        const [window, ...more] = windowsOf({ ...cut, from, lastsMs }, drawFor(seed, 'p/f'));
        expect(more).toEqual([]);
        const { after, startMs, endMs } = window ?? {};
        expect(after?.thenMs).toBeGreaterThanOrEqual(thenMs[0]);
        expect(after?.thenMs).toBeLessThanOrEqual(thenMs[1]);
        expect(after?.lastsMs).toBeGreaterThanOrEqual(lastsMs[0]);
        expect(after?.lastsMs).toBeLessThanOrEqual(lastsMs[1]);
        // The earliest and the latest that it can be: what contradicts it in between is refused when it is planned.
        expect(startMs).toBe(after?.thenMs);
        expect(endMs).toBe(byMs + (after?.thenMs ?? NaN) + (after?.lastsMs ?? NaN));
      },
    ),
  );
  const open = { ...cut, from: { event: { suite: { name: 's' } }, thenMs: [5, 5], byMs: 9 } } satisfies Fault;
  expect(windowsOf(open, drawFor(1, 'p/f'))).toEqual([
    { startMs: 5, endMs: null, after: { thenMs: 5, lastsMs: null } },
  ]);
});
