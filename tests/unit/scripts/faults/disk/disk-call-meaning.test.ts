import { describe, expect, test } from '@jest/globals';
import { isHealedBy } from '../../../../support/is-healed.ts';
import { leastWindowMs } from '../../../../../infra/spec/least-window.ts';
import type { DiskCallFault } from '../../../../../infra/spec/fault.ts';
import {
  diskCallMeaning,
  type DiskCallReading,
} from '../../../../../scripts/faults/disk/disk-call-meaning.ts';
import { callPlan } from '../../../../../scripts/faults/disk/disk-call-plan.ts';
import type { Calls, CallsOfOneSort, Flow } from '../../../../../scripts/faults/disk/disk-calls.ts';
import type { Judged } from '../../../../../scripts/faults/watch/judge.ts';
import {
  corruptDisk,
  diskRate,
  failingDisk,
  forgetfulDisk,
  hungDisk,
  slowDisk,
} from '../../../../support/faults.ts';
import { roomy } from '../../../../support/roomy.ts';

const quick: CallsOfOneSort = {
  ...{ ms: [0.1, 0.2, 0.1], errors: 0, error: '', unanswered: 0, bits: 0, zeroed: 0 },
};
const fine: Calls = { write: quick, fsync: quick, read: quick, stuck: 0 };
const reading = (calls: Partial<Calls> | null): DiskCallReading => ({
  calls: calls === null ? null : { ...fine, ...calls },
  flow: null,
  lost: null,
  disk: null,
});
const all = (of: Partial<CallsOfOneSort>): Partial<Calls> => {
  const one = { ...quick, ...of };
  return { write: one, fsync: one, read: one };
};

function judged(
  fault: DiskCallFault,
  during: DiskCallReading,
  before: DiskCallReading = reading({}),
): Judged {
  return diskCallMeaning.judge(fault, { baseline: before, before, during, after: reading({}) });
}

function isHealed(fault: DiskCallFault, after: DiskCallReading, before = reading({})): boolean {
  return isHealedBy(diskCallMeaning)(fault, { baseline: before, before, during: before, after });
}

describe('a slow disk', () => {
  const slow = slowDisk(50);
  test('is one each sort of whose calls takes that much longer, and as many were made as the receipt says', () => {
    expect(judged(slow, reading(all({ ms: [50.2, 50.1, 51] })))).toMatchObject({
      ...{ ok: true, requested: 50, unit: 'ms', n: 60, tolerance: 5 },
      measured: { before: 0.1, during: 50.2, after: 0.1 },
    });
  });

  test.each<[string, Partial<Calls> | null]>([
    ['one sort was as fast as ever', { ...all({ ms: [50.2, 50.1, 51] }), fsync: quick }],
    ['one call came back too early', all({ ms: [50.2, 12, 51] })],
    ['it was slower than asked', all({ ms: [57, 57, 57] })],
    ['its calls failed, too', all({ ms: [50.2, 50.1, 51], errors: 1, error: 'Input/output error' })],
    ['its calls did not return', all({ ms: [], unanswered: 1 })],
    ['what it said was not what was written', all({ ms: [50.2, 50.1, 51], bits: 3 })],
    ['nothing could be called', null],
  ])('is none where %s', (_what, during) => {
    expect(judged(slow, reading(during))).toMatchObject({ ok: false, why: expect.stringMatching(/./) });
  });

  test('that is to be slow for some calls is not for others', () => {
    const writes: DiskCallFault = { ...slow, calls: ['write'] };
    expect(judged(writes, reading({ write: { ...quick, ms: [50.2] } })).ok).toBe(true);
    expect(judged(writes, reading(all({ ms: [50.2] })))).toMatchObject({
      ok: false,
      why: expect.stringMatching(
        /write were to take 50 ms longer; before, fsync took 0.1 ms, .* took 50.2 ms/,
      ),
    });
  });

  test('is held against what was before: two that add up are told their own share', () => {
    const before = reading(all({ ms: [30, 30, 30] }));
    expect(judged(slow, reading(all({ ms: [80.5] })), before).ok).toBe(true);
    expect(judged(slow, reading(all({ ms: [50.5] })), before).ok).toBe(false);
  });

  test('has healed when calls take what they took', () => {
    expect(isHealed(slow, reading({}))).toBe(true);
    expect(isHealed(slow, reading(all({ ms: [50] })))).toBe(false);
    expect(isHealed(slow, reading(null))).toBe(false);
  });
});

describe('a disk at a rate', () => {
  const rate = diskRate(1_048_576);
  const flow = (...ms: number[]): DiskCallReading => ({
    calls: null,
    flow: { answered: 4, errors: 0, ms } satisfies Flow,
    lost: null,
    disk: null,
  });
  const unhindered = flow(0.1, 0.4, 0.1, 0.6);

  test('is one on which more of them takes more of time, whatever each call takes by itself', () => {
    const { count, bytes } = callPlan(rate);
    const more = (1_000 * count * (bytes - 4096)) / 1_048_576;
    expect(judged(rate, flow(17, 17 + more, 16, 16 + more), unhindered)).toMatchObject({
      ...{ ok: true, unit: 'bit/s', requested: 8_388_608 },
      measured: { during: 8_388_608 },
    });
    // Each of its calls takes 50 ms more.
    expect(judged(rate, flow(217, 217 + more, 216, 216 + more), unhindered).ok).toBe(true);
    expect(judged(rate, flow(17, 17 + more, 16, 17), unhindered).ok).toBe(false);
    expect(judged(rate, flow(17, 17 + more * 1.2, 16, 16 + more * 1.2), unhindered).ok).toBe(false);
    expect(judged(rate, flow(17), unhindered).ok).toBe(false);
    // It was as slow without the fault.
    const slowly = flow(17, 17 + more, 16, 16 + more);
    expect(judged(rate, slowly, slowly).ok).toBe(false);
  });

  test('has healed when they go by at twice that, at least', () => {
    expect(isHealed(rate, unhindered, unhindered)).toBe(true);
    expect(isHealed(rate, flow(17, 517, 16, 516), unhindered)).toBe(false);
  });
});

describe('a disk that hangs', () => {
  test('is one none of whose calls returns, and has healed when also those of then have returned', () => {
    const gone = all({ ms: [], unanswered: 1 });
    expect(judged(hungDisk, reading(gone))).toMatchObject({
      ok: true,
      unit: 'bool',
      measured: { before: 0, during: 1, after: 0 },
    });
    expect(judged(hungDisk, reading({ ...gone, read: quick })).ok).toBe(false);
    expect(judged(hungDisk, reading(gone), reading({ ...fine, read: { ...quick, unanswered: 1 } })).ok).toBe(
      false,
    );
    expect(isHealed(hungDisk, reading({}))).toBe(true);
    expect(isHealed(hungDisk, reading({ stuck: 1 }))).toBe(false);
    expect(isHealed(hungDisk, reading(gone))).toBe(false);
  });

  test('for some calls answers others', () => {
    const fault: DiskCallFault = { ...hungDisk, calls: ['fsync'] };
    const during = { fsync: { ...quick, ms: [], unanswered: 1 } };
    expect(judged(fault, reading(during)).ok).toBe(true);
    expect(judged(fault, reading(all({ ms: [], unanswered: 1 }))).ok).toBe(false);
  });
});

describe('a disk whose calls fail', () => {
  const fault = failingDisk(4);
  const failed = { errors: 4, error: 'Input/output error' };

  test('is one where as many do as were asked, with the error of a disk', () => {
    expect(callPlan(fault)).toMatchObject({ count: 16, bytes: 16 * 4096 });
    expect(judged(fault, reading(all(failed)))).toMatchObject({
      ...{ ok: true, requested: 0.25, unit: 'ratio', n: 48 },
      measured: { before: 0, during: 0.25 },
    });
    expect(judged(fault, reading(all({ ...failed, errors: 5 }))).ok).toBe(false);
    expect(judged(fault, reading(all({ ...failed, error: 'No space left on device' }))).ok).toBe(false);
    expect(judged(fault, reading({ ...all(failed), read: quick })).ok).toBe(false);
    expect(isHealed(fault, reading({}))).toBe(true);
    expect(isHealed(fault, reading({ read: { ...quick, ...failed } }))).toBe(false);
  });
});

describe('a disk that says other than was written', () => {
  test('is one where one bit is another, or half of a file is zeros', () => {
    const bit = { read: { ...quick, bits: 1 } };
    const half = { read: { ...quick, bits: 99_999, zeroed: 32_768 } };
    expect(judged(corruptDisk, reading(bit))).toMatchObject({ ok: true, n: 16, measured: { during: 1 } });
    expect(judged(corruptDisk, reading(half)).ok).toBe(false);
    expect(judged({ ...corruptDisk, how: 'zeros' }, reading(half)).ok).toBe(true);
    expect(judged({ ...corruptDisk, how: 'zeros' }, reading(bit)).ok).toBe(false);
    expect(judged(corruptDisk, reading({})).ok).toBe(false);
    expect(isHealed(corruptDisk, reading({}))).toBe(true);
    expect(isHealed(corruptDisk, reading(bit))).toBe(false);
  });

  test('is tried with a file that has such a name', () => {
    expect(callPlan(corruptDisk).file).toBe('understudy.dat');
    expect(callPlan({ ...corruptDisk, files: 'image-??.jpg' }).file).toBe('image-uu.jpg');
  });
});

describe('a disk that forgets', () => {
  const found = (unsynchronised: number, synchronised: number, error = ''): DiskCallReading => ({
    ...diskCallMeaning.unread,
    lost: { error, unsynchronised, synchronised, stuck: 0 },
  });
  const keeps = found(1, 1);
  const lies: DiskCallFault = { ...forgetfulDisk, lies: true };

  test('is one that has what was synchronised and nothing else, or where it lies, not even that', () => {
    expect(judged(forgetfulDisk, found(0, 1), keeps)).toMatchObject({
      ok: true,
      measured: { before: 0, during: 1 },
    });
    expect(judged(lies, found(0, 0), keeps).ok).toBe(true);
  });

  test.each<[string, DiskCallFault, DiskCallReading, DiskCallReading]>([
    ['it has all of it', forgetfulDisk, keeps, keeps],
    ['it has lost what was synchronised, too', forgetfulDisk, found(0, 0), keeps],
    ['it was to lie, and has what was synchronised', lies, found(0, 1), keeps],
    ['it had it no more without the fault', forgetfulDisk, found(0, 1), found(0, 1)],
    ['nothing could be written', forgetfulDisk, found(0, 0, 'Input/output error'), keeps],
    ['nobody looked', forgetfulDisk, diskCallMeaning.unread, keeps],
  ])('is none where %s', (_what, fault, during, before) => {
    expect(judged(fault, during, before)).toMatchObject({ ok: false, why: expect.stringMatching(/./) });
  });

  test('has healed when what is written is there at once', () => {
    expect(isHealed(lies, keeps, keeps)).toBe(true);
    expect(isHealed(lies, found(0, 1), keeps)).toBe(false);
    expect(isHealed(lies, diskCallMeaning.unread, keeps)).toBe(false);
  });
});

test('a bystander is as before while its calls fare as before, or where nobody goes in, while it takes files', () => {
  const { isAsBefore } = diskCallMeaning;
  expect(isAsBefore(reading({}), reading({}))).toBe(true);
  expect(isAsBefore(reading({}), reading({ write: { ...quick, ms: [25, 25] } }))).toBe(false);
  expect(isAsBefore(reading({}), reading({ read: { ...quick, bits: 1 } }))).toBe(false);
  expect(isAsBefore(reading({}), reading(null))).toBe(false);
  const outside = (disk: typeof roomy): DiskCallReading => ({
    ...diskCallMeaning.unread,
    disk,
  });
  expect(isAsBefore(outside(roomy), outside(roomy))).toBe(true);
  expect(isAsBefore(outside(roomy), outside({ ...roomy, createError: 'Input/output error' }))).toBe(false);
});

test.each([slowDisk(10), slowDisk(300), slowDisk(5_000), hungDisk])(
  'the shortest window of $kind is longer than measuring it takes',
  (fault) => {
    const { count, patienceMs } = callPlan(fault);
    const takesMs = fault.kind === 'disk.slow' ? count * fault.delayMs : patienceMs;
    expect(leastWindowMs(fault)).toBeGreaterThan(takesMs + 1_000);
  },
);
