import { describe, expect, test } from '@jest/globals';
import { digestBounds, digestLog } from '../../../../scripts/report/log-digest.ts';
import type { LogLine } from '../../../../scripts/report/log-line.ts';

const line = (ms: number | null, changes: Partial<LogLine> = {}): LogLine => ({
  ms,
  severity: 'other',
  from: 'worker',
  text: `at ${ms ?? 'no time'}`,
  change: null,
  ...changes,
});
const digest = (lines: readonly LogLine[], most: number) =>
  digestLog(
    { node: 'left-1', file: 'nodes/left-1/journal.jsonl', lines, unreadBytes: 0 },
    { moments: [5_000], units: ['worker'], endMs: 10_000, bounds: { lines: most, bins: 10, changes: 2 } },
  );

describe('of a log with more lines than there is room for', () => {
  test('errors are kept, then the lines nearest to a moment at which something happened, in the log’s order', () => {
    const lines = [
      line(0),
      line(100, { severity: 'error' }),
      ...[3_000, 4_900, 5_050, 9_000].map((ms) => line(ms)),
    ];
    expect(digest(lines, 3).shown.map(({ index }) => index)).toEqual([1, 3, 4]);
    expect(digest(lines, 3)).toMatchObject({ total: 6, counts: { error: 1, warning: 0, other: 5 } });
  });

  test('the last lines are kept where it carries no times', () => {
    expect(digest([line(null), line(null), line(null)], 2).shown.map(({ index }) => index)).toEqual([1, 2]);
  });
});

test('lines are counted by piece of time, with the first of the worst', () => {
  const lines = [
    line(1_100),
    line(1_200, { severity: 'warning' }),
    line(1_300, { severity: 'warning' }),
    line(9_999),
  ];
  expect(digest(lines, 9).bins).toMatchObject([
    { fromMs: 1_000, toMs: 2_000, counts: { error: 0, warning: 2, other: 1 }, first: { ms: 1_200 } },
    { fromMs: 9_000, toMs: 10_000, counts: { other: 1 }, first: { ms: 9_999 } },
  ]);
});

test('of all units, the declared ones and those that failed are told', () => {
  const change = (unit: string, what: 'started' | 'failed') =>
    line(0, { change: { unit, what, detail: '' } });
  const { changes } = digest(
    [change('logind', 'started'), change('worker', 'started'), change('logind', 'failed')],
    9,
  );
  expect(changes.map((one) => `${one.change?.unit ?? ''} ${one.change?.what ?? ''}`)).toEqual([
    'worker started',
    'logind failed',
  ]);
});

test('many nodes share what one page may hold', () => {
  expect(digestBounds(5).lines).toBe(400);
  expect(digestBounds(50).lines * 50).toBeLessThanOrEqual(3_600);
  expect(digestBounds(1_000).lines).toBeGreaterThan(0);
});
