import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ticks, timeWindows } from '../../../../scripts/report/time-window.ts';
import { at } from '../../../support/recorded-run.ts';

test('ticks are round, inside the window, and neither none nor too many', () => {
  expect(ticks({ name: '', fromMs: 0, toMs: 74_252 })).toEqual([0, 20_000, 40_000, 60_000]);
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.integer({ min: 10, max: 10_000_000 }), (fromMs, span) => {
      const found = ticks({ name: '', fromMs, toMs: fromMs + span });
      expect(found.length).toBeLessThanOrEqual(8);
      expect(found.every((ms) => ms >= fromMs && ms <= fromMs + span)).toBe(true);
      expect(new Set(found).size).toBe(found.length);
    }),
  );
});

test('a run can be narrowed to its suites, and to each of them', () => {
  const suite = (name: string, from: number, to: number) => [
    at(from, { type: 'suite.start', suite: name }),
    at(to, { type: 'suite.end', suite: name, status: 'passed' }),
  ];
  const run = (...events: ReturnType<typeof at>[]) => ({ events, endMs: 20_000 });
  const named = (...events: ReturnType<typeof at>[]) => timeWindows(run(...events)).map(({ name }) => name);
  expect(named(...suite('a', 5_000, 9_000), ...suite('b', 9_000, 12_000))).toEqual([
    'whole run',
    'while suites ran',
    'a',
    'b',
  ]);
  expect(named(...suite('a', 5_000, 9_000))).toEqual(['whole run', 'while the suite ran']);
  expect(named()).toEqual(['whole run']);
});

test('a suite whose end was never written lasts to the end of the run', () => {
  const windows = timeWindows({ events: [at(5_000, { type: 'suite.start', suite: 'a' })], endMs: 20_000 });
  expect(windows[1]?.toMs).toBeGreaterThanOrEqual(20_000);
});
