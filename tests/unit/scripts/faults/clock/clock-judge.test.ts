import { describe, expect, test } from '@jest/globals';
import { isHealedBy } from '../../../../support/is-healed.ts';
import {
  clockMeaning,
  zoneOffsetMs,
  type ClockReading,
} from '../../../../../scripts/faults/clock/clock-judge.ts';
import type { KernelClock, ProcessClock } from '../../../../../scripts/faults/clock/clock-readings.ts';
import type { TargetReadings } from '../../../../../scripts/faults/watch/target-watch.ts';
import type { ClockFault } from '../../../../../infra/spec/fault.ts';
import { drift, jump, zone } from '../../../../support/faults.ts';

/** Midsummer in Chatham. */
const now = Date.UTC(2026, 0, 1);
const kernel: KernelClock = { atMs: now, offsetMs: 1, errorMs: 30 };

function answer(pid: number, parts: Partial<ProcessClock> = {}): ProcessClock {
  const id = `${pid}@7`;
  return {
    name: `unit ${pid}`,
    id,
    why: '',
    isComing: false,
    atMs: 0,
    offsetMs: 0,
    errorMs: 0.004,
    zoneMs: 0,
    ...parts,
  };
}

const reading = (...processes: readonly ProcessClock[]): ClockReading => ({ kernel, processes, later: [] });
const asItWas = reading(answer(10), answer(11));
const around = (during: ClockReading, parts: Partial<TargetReadings<ClockReading>> = {}) => ({
  ...{ baseline: asItWas, before: asItWas, during, after: asItWas },
  ...parts,
});
const judged = (fault: ClockFault, during: ClockReading, parts = {}) =>
  clockMeaning.judge(fault, around(during, parts));

describe('an offset', () => {
  const shifted = answer(10, { offsetMs: 90_000 });

  test('holds when each process has it, whatever asking the node took', () => {
    const receipt = judged(jump, reading(shifted, answer(11, { offsetMs: 90_200 })));
    expect(receipt).toMatchObject({ requested: 90_000, unit: 'ms', n: 2, ok: true, why: '' });
    expect(receipt.measured).toEqual({ before: 1, during: 90_201, after: 1 });
    expect(receipt.interval).toEqual([90_170.996, 90_231.004]);
  });

  test.each<[string, ClockReading, RegExp]>([
    ['nothing was done', asItWas, /^not as asked to: unit 10, unit 11$/],
    ['one process has the old time', reading(shifted, answer(11)), /^not as asked to: unit 11$/],
    [
      'one could not be reached',
      reading(shifted, answer(11, { why: 'it is static' })),
      /^not reached: unit 11 \(it is static\)$/,
    ],
    ['it is another one', reading(answer(10, { offsetMs: -90_000 })), /^not as asked to/],
    [
      'it could be another one',
      { ...reading(shifted), kernel: { ...kernel, errorMs: 600 } },
      /^not as asked to/,
    ],
    ['nothing runs', reading(), /no process/],
    ['the node does not answer', clockMeaning.unread, /could not be asked/],
  ])('does not hold where %s', (_what, during, why) => {
    expect(judged(jump, during)).toMatchObject({ ok: false, why: expect.stringMatching(why) });
  });

  test('is nothing new where it was there before', () => {
    const there = reading(shifted);
    expect(judged(jump, there, { before: there })).toMatchObject({
      ok: false,
      why: 'its clocks were off before',
    });
  });

  test('is not what a node has whose host was set to another time: its processes follow their kernel', () => {
    const host = { ...asItWas, kernel: { ...kernel, offsetMs: 90_000 } };
    expect(judged(jump, host).ok).toBe(true); // they do see it
    expect(clockMeaning.isAsBefore(asItWas, host)).toBe(false); // and so do the others
  });

  test.each<[string, ClockReading, boolean]>([
    ['what its processes read is what the kernel does', asItWas, true],
    ['one of them is a tenth of a second off', reading(answer(10), answer(11, { offsetMs: 100 })), false],
    ['nobody healed it', reading(shifted), false],
    ['one does not answer', reading(answer(10), answer(11, { why: 'it stands still' })), false],
    ['nobody answers', clockMeaning.unread, false],
    ['nothing runs', reading(), false],
  ])('has healed or not where %s', (_what, after, healed) => {
    expect(isHealedBy(clockMeaning)(jump, around(reading(shifted), { after }))).toBe(healed);
  });
});

describe('a drift', () => {
  /** Two seconds apart. */
  const going = (ppm: number, offsetMs = 0): ClockReading => ({
    ...reading(answer(10, { offsetMs, atMs: 1_000 })),
    later: [answer(10, { offsetMs: offsetMs + ppm * 2e-3, atMs: 3_000 })],
  });

  test.each<[number, boolean]>([
    [200, true],
    [180, true],
    [160, false], // with what the answers may be off by
    [0, false],
    [-200, false],
  ])('of 200 ppm is asked for, and %d ppm are read', (ppm, ok) => {
    const receipt = judged(drift, going(ppm), { before: going(0) });
    expect(receipt).toMatchObject({ requested: 200e-6, unit: 'ratio', ok });
    expect(receipt.measured.during).toBeCloseTo(ppm / 1e6, 9);
  });

  test('needs a process that was there both times', () => {
    const other = { ...going(200), later: [answer(12, { offsetMs: 1, atMs: 3_000 })] };
    expect(judged(drift, other)).toMatchObject({ ok: false, why: 'not as asked to: unit 10' });
  });

  test('has healed when clocks are right and stay so', () => {
    const healed = (after: ClockReading): boolean =>
      isHealedBy(clockMeaning)(drift, around(going(200), { after }));
    expect(healed(going(0))).toBe(true);
    expect(healed(going(200))).toBe(false);
    expect(healed(going(0, 5))).toBe(false);
  });
});

describe('a zone', () => {
  const chatham = { zoneMs: 13.75 * 3_600_000 };
  const there = reading(answer(20, chatham), answer(21, chatham));
  const back = reading(answer(30), answer(31));

  test('holds when each process has begun since, and has its local time', () => {
    expect(judged(zone, there)).toMatchObject({ requested: chatham.zoneMs, ok: true });
  });

  test.each<[string, ClockReading, RegExp]>([
    ['nothing was done', asItWas, /^not as asked to/],
    [
      'a process began before',
      reading(answer(10, chatham), answer(21, chatham)),
      /^still as it began: unit 10$/,
    ],
    ['a unit has a zone of its own', reading(answer(20, chatham), answer(21)), /^not as asked to: unit 21$/],
  ])('does not hold where %s', (_what, during, why) => {
    expect(judged(zone, during)).toMatchObject({ ok: false, why: expect.stringMatching(why) });
  });

  test('is nothing new where it was that before', () => {
    const before = reading(answer(10, chatham));
    expect(judged(zone, there, { before })).toMatchObject({
      ok: false,
      why: 'that was its local time before',
    });
  });

  test.each<[string, ClockReading, boolean]>([
    ['they began anew where they had been', back, true],
    ['they still are there', there, false],
    ['one did not begin anew', reading(answer(20), answer(31)), false],
  ])('has healed or not where %s', (_what, after, healed) => {
    expect(isHealedBy(clockMeaning)(zone, around(there, { after }))).toBe(healed);
  });
});

test.each<[string, string, number]>([
  ['Pacific/Chatham', '2026-01-01', 13.75],
  ['Pacific/Chatham', '2026-07-01', 12.75],
  ['America/St_Johns', '2026-01-01', -3.5],
  ['UTC', '2026-01-01', 0],
])('%s is on %s at %d h', (name, day, hours) => {
  expect(zoneOffsetMs(name, Date.parse(day))).toBe(hours * 3_600_000);
});

test('of bystanders only those count that answer', () => {
  const { isAsBefore } = clockMeaning;
  expect(isAsBefore(asItWas, reading(answer(10), answer(11, { why: 'it stands still' })))).toBe(true);
  expect(isAsBefore(asItWas, reading(answer(10, { offsetMs: 40 })))).toBe(false);
  expect(isAsBefore(asItWas, clockMeaning.unread)).toBe(false);
});
