import { describe, expect, test } from '@jest/globals';
import { argvOf, judged, named, wantedRuns, type PairRun } from '../../pairs/pair-run.ts';
import { canHold, isDone, summary, withRun, type PairsResult } from '../../pairs/result.ts';
import { madeUpRun, receipt, suite } from '../../support/recorded-run.ts';
import type { Verdict } from '../../../scripts/verdict/verdict.ts';

const degraded = { seed: 3, degraded: true } as const;
const plain = { seed: 3, degraded: false } as const;

const missing = { name: named.test, status: 'failed', durationMs: 1, message: 'x' } as const;

function verdict(changes: Partial<Verdict> = {}): Verdict {
  const whole = madeUpRun().verdict;
  if (whole === null) throw new Error('the made-up run has a verdict');
  return { ...whole, suites: [suite({ suite: named.suite, tests: [missing] })], ...changes };
}

test('ten seeds, each without the profiles and with them, and a tenth of all is one pair', () => {
  expect(wantedRuns).toHaveLength(20);
  expect(wantedRuns.slice(0, 2)).toEqual([
    { seed: 1, degraded: false },
    { seed: 1, degraded: true },
  ]);
  expect(argvOf(degraded).join(' ')).toBe(
    'run thumbnails --set application=naive --profile degraded-network --profile low-disk --seed 3 --json',
  );
  expect(argvOf(plain).join(' ')).toBe('run thumbnails --set application=naive --seed 3 --json');
});

describe('a degraded run counts', () => {
  test('where it fails at the named assertion, beside a control that passed, and every receipt holds', () => {
    expect(judged(degraded, verdict())).toMatchObject({
      asPromised: true,
      failing: [`${named.suite}: ${named.test}`],
      receipts: 3,
      receiptsThatHold: 3,
    });
  });

  test.each<[string, Partial<Verdict>]>([
    ['it passes', { verdict: 'pass', suites: [] }],
    ['it is invalid', { verdict: 'invalid' }],
    ['a receipt is not as asked', { receipts: [receipt({ ok: false }), receipt()] }],
    ['a fault did not heal', { receipts: [receipt({ healedOk: false })] }],
    ['a bystander was touched', { receipts: [receipt({ bystandersOk: false })] }],
    ['there is no receipt', { receipts: [] }],
    ['it fails elsewhere', { suites: [suite({ suite: named.suite })] }],
    ['another suite has a test of that name', { suites: [suite({ suite: 'smoke', tests: [missing] })] }],
    ['it fails without faults, too', { control: { verdict: 'fail', runId: 'c', cached: false } }],
    ['nobody knows whether it does', { control: null }],
  ])('not where %s', (_why, changes) => {
    expect(judged(degraded, verdict(changes)).asPromised).toBe(false);
  });
});

test.each([
  ['pass', true],
  ['fail', false],
  ['invalid', false],
] as const)('a run without profiles that ends with %s counts: %s', (said, counts) => {
  expect(judged(plain, verdict({ verdict: said, receipts: [] })).asPromised).toBe(counts);
});

describe('all runs together', () => {
  const run = (seed: number, isDegraded: boolean, asPromised: boolean): PairRun => ({
    ...judged({ seed, degraded: isDegraded }, verdict()),
    asPromised,
    at: '2026-11-25T00:00:00.000Z',
    tookMs: 41_000,
  });
  const machine = { cores: 2, processor: 'p', memoryMiB: 1, kernel: 'k', engine: 'e', node: 'n' };
  const result = (...runs: readonly PairRun[]): PairsResult =>
    runs.reduce(withRun, {
      ...{ schema: 1, commit: 'c', date: '2026-11-24', machine, sampled: '' },
      runs: [],
    });

  test('keep the promise with one degraded run that is no honest failure, and not with two', () => {
    expect(canHold(result(run(1, false, true), run(1, true, false), run(2, true, true)))).toBe(true);
    expect(canHold(result(run(1, true, false), run(2, true, false)))).toBe(false);
  });

  test('do not keep it with one that fails without faults', () => {
    expect(canHold(result(run(1, false, false)))).toBe(false);
  });

  test('are counted once, in their order, and known when asked for again', () => {
    const both = result(run(2, true, true), run(1, false, true), run(2, true, false));
    expect(both.runs.map(({ seed, asPromised }) => [seed, asPromised])).toEqual([
      [1, true],
      [2, false],
    ]);
    expect(both.date).toBe('2026-11-25');
    expect(isDone(both, { seed: 2, degraded: true })).toBe(true);
    expect(isDone(both, { seed: 2, degraded: false })).toBe(false);
    expect(summary(both)).toMatch(/passes 1 of 1[^]*every receipt holding, 0 of 1/);
  });
});
