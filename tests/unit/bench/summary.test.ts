import { describe, expect, test } from '@jest/globals';
import { accuracyOf, bystanderLines } from '../../bench/accuracy-table.ts';
import { aimLines } from '../../bench/aims.ts';
import type { Attempt, BenchResult, Contender, PartResult, Reading, Step } from '../../bench/result.ts';
import { medians, spread } from '../../bench/spread.ts';
import { partOn, isMeasured, withRound } from '../../bench/store.ts';
import { failuresOf, summary } from '../../bench/summary.ts';
import { table } from '../../bench/table.ts';

const commit = 'abc';
const date = '2026-11-25';
const at = '2026-11-25T00:00:00.000Z';

describe('statistics', () => {
  test('median, least and most; nothing has none', () => {
    expect(spread([3, 1, 2, 10])).toEqual({ median: 2.5, least: 1, most: 10, n: 4 });
    expect(spread([])).toBeNull();
  });

  test('medians by name: what a round had not is 0', () => {
    expect(medians([{ a: 1, b: 5 }, { a: 3 }, { a: 2 }])).toEqual({ a: 2, b: 0 });
  });
});

test('columns are as wide as their widest cell', () => {
  expect(
    table(
      ['', 'up'],
      [
        ['raw', '1.0'],
        ['us', '12.5'],
      ],
    ),
  ).toBe('       up\nraw   1.0\nus   12.5');
});

describe('what was promised', () => {
  test('is met or missed with the gap, and what was not measured is said', () => {
    const result = resultWith({
      'entrypoint-50': upPart(50, { raw: [6000], understudy: [12_000] }),
      'entrypoint-3': upPart(3, { raw: [700], understudy: [2900] }),
    });
    expect(aimLines(result)).toEqual([
      'MISSED  up of 50 nodes: 2.00 × raw; at most 1.9: missed by 0.10; aim 1.3: missed by 0.70',
      'met     up of 3 nodes: 2.20 s above raw; at most 3: met; aim 1.5: missed by 0.70',
      'not measured  empty rehearsal of 3 nodes, from process start to exit: at most 10 s, aim 5 s',
    ]);
  });

  test('is judged by the median of all rounds', () => {
    const result = resultWith({
      'entrypoint-50': upPart(50, { raw: [6000, 6000, 6000], understudy: [30_000, 7000, 7200] }),
    });
    expect(aimLines(result)[0]).toBe('met     up of 50 nodes: 1.20 × raw; at most 1.9: met; aim 1.3: met');
  });
});

describe('the table', () => {
  test('a round that failed is named with its reason, and leaves the median to the others', () => {
    const part = upPart(3, { raw: [700, 800, 900] });
    const broken = {
      ...part,
      rounds: part.rounds.map((round) =>
        round.round === 3
          ? { ...round, attempts: [{ ...attempt('raw', null), failure: 'no subnet is free' }] }
          : round,
      ),
    };
    const result = resultWith({ 'entrypoint-3': broken });
    expect(failuresOf(result)).toEqual(['entrypoint-3, round 3, raw: no subnet is free']);
    expect(summary(result)).toContain('entrypoint-3, round 3, raw: no subnet is free');
    expect(summary(result)).toMatch(/raw +0\.75 +0\.70–0\.80/);
  });

  test('says how quiet the machine was', () => {
    expect(summary(resultWith({ 'entrypoint-3': upPart(3, { raw: [700] }) }))).toContain(
      'of all CPU time others used 5 %, at most 5 %',
    );
  });

  test('says which contender was left out, and what was not measured', () => {
    const part = { ...upPart(3, { raw: [700] }), missing: { 'docker-compose': 'not installed' } };
    const text = summary(resultWith({ 'entrypoint-3': part }));
    expect(text).toContain('docker-compose: left out, not installed');
    expect(text).toContain('not measured: entrypoint-10, entrypoint-50');
  });
});

describe('accuracy', () => {
  test('of a delay: every reading counts, the worst is the error', () => {
    const result = resultWith({
      links: accuracyPart([reading('network.delay', 100, 101), reading('network.delay', 100, 97)]),
    });
    expect(accuracyOf(result)).toMatchObject([{ measured: 99, error: 3, allowed: 5, readings: 2 }]);
  });

  test('of a loss: all probes together are one figure', () => {
    const one = (measured: number, n: number): Reading => ({
      ...reading('network.loss', 0.01, measured),
      unit: 'ratio',
      n,
    });
    const result = resultWith({ loss: accuracyPart([one(0.014, 1000), one(0.009, 9000)]) });
    const [{ measured, error, allowed } = { measured: NaN, error: NaN, allowed: NaN }] = accuracyOf(result);
    expect(measured).toBeCloseTo(0.0095);
    expect(error).toBeCloseTo(0.0005);
    expect(allowed).toBeCloseTo(0.001);
  });

  test('of free bytes: less than a block', () => {
    const byte = (measured: number): Reading => ({
      ...reading('disk.space', 1_000_000, measured),
      unit: 'byte',
    });
    const [exact] = accuracyOf(resultWith({ disk: accuracyPart([byte(999_424)]) }));
    const [wrong] = accuracyOf(resultWith({ disk: accuracyPart([byte(995_328)]) }));
    expect(exact).toMatchObject({ error: 576, allowed: 4095 });
    expect((wrong?.error ?? 0) > (wrong?.allowed ?? 0)).toBe(true);
  });

  test('what doctor --calibrate says stands beside it', () => {
    const result = resultWith({
      links: accuracyPart([reading('network.delay', 20, 20.3)]),
      doctor: accuracyPart([reading('network.delay', 20, 20.1)]),
    });
    expect(accuracyOf(result)).toMatchObject([{ doctor: 20.1 }]);
  });

  test('bystanders are shown by their worst reading', () => {
    const beside = (addedMs: number, lost: number): Reading => ({
      ...reading('network.delay', 5, 5),
      bystanders: 3,
      bystanderReading: { addedMs, lost, sent: 21_000 },
    });
    const [line] = bystanderLines(resultWith({ links: accuracyPart([beside(0.01, 0), beside(0.2, 4)]) }));
    expect(line).toContain('3 links');
    expect(line).toContain('0.2 ms');
    expect(line).toContain('4 of 21000');
  });
});

describe('what is kept', () => {
  const result = resultWith({ 'entrypoint-3': upPart(3, { raw: [700] }) });

  test('a unit of this commit is measured, of another one it is not', () => {
    expect(isMeasured(result, { part: 'entrypoint-3', round: 1 }, commit)).toBe(true);
    expect(isMeasured(result, { part: 'entrypoint-3', round: 2 }, commit)).toBe(false);
    expect(isMeasured(result, { part: 'entrypoint-3', round: 1 }, 'other')).toBe(false);
  });

  test('a round that others disturbed is measured again, whatever its times were', () => {
    const part = upPart(3, { raw: [700], understudy: [2000] });
    const disturbed = {
      ...part,
      rounds: part.rounds.map((round) => ({ ...round, attempts: round.attempts.map(withOthers) })),
    };
    const unit = { part: 'entrypoint-3', round: 1 } as const;
    expect(isMeasured(resultWith({ 'entrypoint-3': part }), unit, commit)).toBe(true);
    expect(isMeasured(resultWith({ 'entrypoint-3': disturbed }), unit, commit)).toBe(false);
    expect(summary(resultWith({ 'entrypoint-3': disturbed }))).toContain('1 rounds disturbed');
  });

  test('rounds of another commit are not mixed in', () => {
    expect(partOn(result, 'entrypoint-3', 'up', 'other')).toBeNull();
    expect(partOn(result, 'entrypoint-3', 'up', commit)?.rounds).toHaveLength(1);
  });

  test('a round measured again takes the place of the earlier one', () => {
    const rounds = withRound([{ round: 1 }, { round: 3, old: true }], { round: 3, old: false });
    expect(rounds).toEqual([{ round: 1 }, { round: 3, old: false }]);
  });
});

function resultWith(parts: BenchResult['parts']): BenchResult {
  const machine = { cores: 2, processor: 'p', memoryMiB: 1, kernel: 'k', engine: 'e', node: 'n' };
  return { schema: 1, machine, parts };
}

function upPart(nodes: number, ups: Partial<Record<Contender, readonly number[]>>) {
  const names: readonly Contender[] = ['raw', 'understudy'];
  const count = Math.max(...Object.values(ups).map((times) => times.length));
  return {
    kind: 'up',
    commit,
    date,
    nodes,
    init: 'image',
    contenders: Object.fromEntries(names.map((name) => [name, name])),
    missing: {},
    rounds: Array.from({ length: count }, (_, index) => ({
      round: index + 1,
      at,
      attempts: names.flatMap((name) => {
        const ms = ups[name]?.[index];
        return ms === undefined ? [] : [attempt(name, ms)];
      }),
    })),
  } satisfies PartResult;
}

function attempt(contender: Contender, ms: number | null): Attempt {
  const step: Step | null =
    ms === null
      ? null
      : {
          doneMs: ms,
          exitMs: ms,
          cpu: { command: 1, machine: 2, others: 0.1, byProcess: {}, firstSeenMs: {} },
          marksMs: {},
        };
  return { contender, busyBefore: 0, up: step, down: step, differences: [], failure: null };
}

/** The same, in a time in which others used a quarter of the machine while it came up. */
function withOthers(one: Attempt): Attempt {
  if (one.contender !== 'understudy' || one.up === null) return one;
  return { ...one, up: { ...one.up, cpu: { ...one.up.cpu, others: 0.5 } } };
}

function accuracyPart(readings: Reading[]) {
  return {
    kind: 'accuracy',
    commit,
    date,
    rounds: [{ round: 1, at, busyBefore: 0, readings, failure: null }],
  } satisfies PartResult;
}

function reading(kind: string, requested: number, measured: number): Reading {
  const link = { target: 'a->b', bystanders: 0, bystandersOk: true, healedOk: true };
  return { kind, requested, measured, unit: 'ms', n: 400, ...link };
}
