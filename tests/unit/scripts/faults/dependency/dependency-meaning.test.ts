import { describe, expect, test } from '@jest/globals';
import { isHealedBy } from '../../../../support/is-healed.ts';
import { crc32 } from 'node:zlib';
import type { DependencyFault } from '../../../../../infra/spec/fault.ts';
import { probesForRatio } from '../../../../../infra/spec/least-window.ts';
import { dependencyMeaning } from '../../../../../scripts/faults/dependency/dependency-meaning.ts';
import {
  routeReading,
  type RouteAnswer,
  type RouteReading,
} from '../../../../../scripts/faults/dependency/route-readings.ts';
import {
  failing,
  failingFirst,
  hang,
  otherBody,
  resetting,
  slow,
  truncated,
} from '../../../../support/faults.ts';

const sumOf = (text: string): string => crc32(text).toString(16).padStart(8, '0');
const body = 'all of it and more';
const answer = (parts: Partial<RouteAnswer> = {}, text = body): RouteAnswer => ({
  status: 200,
  ms: 3,
  bytes: text.length,
  crc32: sumOf(text),
  how: 'whole',
  ...parts,
});
const many = (count: number, parts: Partial<RouteAnswer> = {}, text = body): RouteReading =>
  Array.from({ length: count }, () => answer(parts, text));
const well = many(12);
const silence = many(12, { status: 0, ms: 2000, bytes: 0, crc32: '00000000', how: 'silent' });
const failed = answer({ status: 503 }, '503\n');
const mixed = (failures: number, of: number): RouteReading => [
  ...Array.from({ length: failures }, () => failed),
  ...many(of - failures),
];

const reset = answer({ status: 0, ms: 1, bytes: 0, crc32: '00000000', how: 'reset' });
const someReset = (resets: number, of: number, parts: Partial<RouteAnswer> = {}): RouteReading => [
  ...Array.from({ length: resets }, () => reset),
  ...many(of - resets, parts),
];

/** What each fault is read as while it is in force. */
const real: readonly (readonly [DependencyFault, RouteReading])[] = [
  [slow(1000), many(12, { ms: 1010 })],
  [hang, silence],
  [failing(1), many(50, { status: 503 }, '503\n')],
  [failing(0.3), mixed(90, 300)],
  [failingFirst(3), mixed(3, 8)],
  [truncated(7), many(12, { bytes: 7, crc32: sumOf(body.slice(0, 7)), how: 'cut' })],
  [otherBody('<html>'), many(12, {}, '<html>')],
  [resetting(1), someReset(50, 50)],
  [resetting(0.3), someReset(90, 300)],
];
const judged = (fault: DependencyFault, during: RouteReading, before: RouteReading = well) =>
  dependencyMeaning.judge(fault, { baseline: well, before, during, after: well });

describe.each(real.map(([fault, during]) => ({ kind: fault.kind, fault, during })))(
  '$kind',
  ({ fault, during }) => {
    test('is there when its answers are what was asked', () => {
      expect(judged(fault, during)).toMatchObject({ ok: true, why: '', n: during.length });
    });

    test('is not there where nothing changed, nothing was read, or all was so before', () => {
      expect(judged(fault, well)).toMatchObject({ ok: false, why: expect.stringMatching(/./) });
      expect(judged(fault, [])).toMatchObject({ ok: false, n: 0 });
      expect(judged(fault, during, []).ok).toBe(false);
      expect(judged(fault, during, during).ok).toBe(false);
    });

    test('is not there where another fault is', () => {
      const others = real.filter(([other]) => other.kind !== fault.kind);
      const taken = others.filter(([, reading]) => judged(fault, reading).ok).map(([other]) => other.kind);
      expect(taken).toEqual([]);
    });

    test('is over when the answers are those from before any fault, and only then', () => {
      const healed = (after: RouteReading): boolean =>
        isHealedBy(dependencyMeaning)(fault, { baseline: well, before: well, during, after });
      expect(healed(well)).toBe(true);
      expect(healed(during)).toBe(false);
      expect(healed([])).toBe(false);
    });

    test('is seen on a bystander', () => {
      expect(dependencyMeaning.isAsBefore(well, during)).toBe(false);
      expect(dependencyMeaning.isAsBefore(well, many(12, { ms: 9 }))).toBe(true);
    });
  },
);

describe('a share of all answers', () => {
  const n = probesForRatio(0.2);

  test('is that of some hundreds, and not another', () => {
    expect(judged(failing(0.2), mixed(Math.round(n / 5), n)).ok).toBe(true);
    expect(judged(failing(0.2), mixed(Math.round(n / 2), n)).why).toMatch(/^\d+ of \d+ answers were 503$/);
    expect(judged(failing(0.2), mixed(2, 10)).ok).toBe(false);
  });

  test.each([0.05, 0.2, 0.5, 0.95])('of %d is told narrowly enough by as many as are asked', (ratio) => {
    const count = probesForRatio(ratio);
    expect(judged(failing(ratio), mixed(Math.round(count * ratio), count))).toMatchObject({ ok: true });
  });

  test('is none where the other answers are not as before', () => {
    const other = [...mixed(90, 90), ...many(210, { status: 500 }, 'oh')];
    expect(judged(failing(0.3), other).why).toMatch(/others were not as before/);
  });

  test('of all means each one', () => {
    expect(judged(failing(1), mixed(49, 50)).ok).toBe(false);
  });
});

test('the first that fail are as many as were asked, and the first', () => {
  expect(judged(failingFirst(3), mixed(2, 8)).ok).toBe(false);
  expect(judged(failingFirst(3), mixed(4, 8)).ok).toBe(false);
  expect(judged(failingFirst(3), [...mixed(3, 8)].reverse()).ok).toBe(false);
  expect(judged(failingFirst(3), mixed(3, 3)).ok).toBe(false);
});

test('over TCP the first that fail are reset, and what comes then is as before', () => {
  const before = many(12, { status: 0 });
  const [first, others] = [failingFirst(3), many(5, { status: 0 })];
  expect(judged(first, someReset(3, 8, { status: 0 }), before)).toMatchObject({ ok: true });
  expect(judged(first, someReset(2, 8, { status: 0 }), before).ok).toBe(false);
  expect(judged(first, [...someReset(3, 3), ...many(5)], before).ok).toBe(false);
  expect(judged(first, [...mixed(3, 3), ...others], before).ok).toBe(false);
  expect(judged(first, others, before).why).toMatch(/whole whole/);
});

test('over TCP another body may stand for more than one answer, and over HTTP for one', () => {
  const twice = 'ohoh';
  expect(judged(otherBody('oh'), many(12, { status: 0 }, twice), many(12, { status: 0 })).ok).toBe(true);
  expect(judged(otherBody('oh'), many(12, { status: 0 }, 'ohoho'), many(12, { status: 0 })).ok).toBe(false);
  expect(judged(otherBody('oh'), many(12, {}, twice)).ok).toBe(false);
});

test('connections that are reset are some of those that were asked for', () => {
  expect(judged(resetting(0.3), someReset(150, 300)).why).toBe('150 of 300 connections were reset');
  expect(judged(resetting(1), someReset(49, 50)).why).toBe('49 of 50 connections were reset');
});

test('a bystander is late where each of its answers is, and not where the host was busy for some of them', () => {
  expect(dependencyMeaning.isAsBefore(well, [...many(2), ...many(10, { ms: 400 })])).toBe(true);
  expect(dependencyMeaning.isAsBefore(well, many(12, { ms: 60 }))).toBe(false);
});

test('a delay is held to a tenth of what was asked', () => {
  expect(judged(slow(3000), many(12, { ms: 3250 })).ok).toBe(true);
  expect(judged(slow(3000), many(12, { ms: 3350 })).why).toBe('its answers came 3347 ms later than before');
  expect(judged(slow(3000), [...many(2), ...many(10, { ms: 3010 })]).why).toBe(
    'not all of its answers were late: the quickest came 0 ms later than before',
  );
});

test('what the prober prints is read line by line', () => {
  expect(routeReading('200 1.225 11 47c7d7ac whole\n0 2000.1 0 00000000 silent\nnonsense\n')).toEqual([
    { status: 200, ms: 1.225, bytes: 11, crc32: '47c7d7ac', how: 'whole' },
    { status: 0, ms: 2000.1, bytes: 0, crc32: '00000000', how: 'silent' },
  ]);
});
