import { describe, expect, test } from '@jest/globals';
import type { LinkFault } from '../../../../../infra/spec/fault.ts';
import fc from 'fast-check';
import { drawFor } from '../../../../../infra/plan/seed.ts';
import type { LinkSample } from '../../../../../scripts/faults/links/link-probes.ts';
import { delayTolerance } from '../../../../../scripts/faults/network/delay-receipts.ts';
import type { LinkReadings } from '../../../../../scripts/faults/network/link-reading.ts';
import { judgeLink } from '../../../../../scripts/faults/network/link-receipts.ts';
import {
  burstLoss,
  corrupt,
  cut,
  cutPort,
  delay,
  duplicate,
  jitter,
  loss,
  rate,
  reorder,
} from '../../../../support/faults.ts';
import { nothing, reading, sample } from '../../../../support/link-samples.ts';

const all: readonly LinkFault[] = [delay(20), jitter(10), loss(0.1), rate(10), cut];

const idle = reading(sample(7000, 0.1), 20e9);
const during = (probes: LinkSample, bitsPerSecond?: number): LinkReadings => ({
  baseline: idle,
  before: idle,
  during: reading(probes, bitsPerSecond),
  after: idle,
});

describe('a delay', () => {
  test('is what was added to the median before, within the larger of 2 ms and 5 %', () => {
    expect([delayTolerance(5), delayTolerance(40), delayTolerance(300)]).toEqual([2, 2, 15]);
    expect(judgeLink(delay(80), during(sample(400, 80.1)))).toMatchObject({
      ok: true,
      why: '',
      n: 400,
      tolerance: 4,
      measured: { before: 0.1, during: 80, after: 0 },
    });
    expect(judgeLink(delay(80), during(sample(400, 84.0))).ok).toBe(true);
    expect(judgeLink(delay(80), during(sample(400, 84.2)))).toMatchObject({
      ok: false,
      why: '84.1 ms were added (400 probes)',
    });
    expect(judgeLink(delay(80), during(sample(400, 76))).ok).toBe(false);
    expect(judgeLink(delay(80), during(sample(400, 0.1))).ok).toBe(false);
  });

  test('on top of another one is what it added itself', () => {
    const slow = reading(sample(400, 50.1));
    const readings = { ...during(sample(400, 130.1)), before: slow };
    expect(judgeLink(delay(80), readings)).toMatchObject({
      ok: true,
      measured: { before: 50.1, during: 80 },
    });
  });

  test('of too few probes is not confirmed', () => {
    expect(judgeLink(delay(80), during(sample(199, 80.1))).ok).toBe(false);
    expect(judgeLink(delay(80), during(sample(200, 80.1))).ok).toBe(true);
  });
});

describe('a port that is cut', () => {
  const key = 'tcp port 6379';
  const ports = (met: readonly number[], spared: readonly number[]) => ({
    ...idle,
    ports: new Map([[key, { sent: 60, met, spared }]]),
  });
  const through = ports([60, 60], [60, 60, 60]);
  const judged = (before: LinkReadings['before'], now: LinkReadings['during']) =>
    judgeLink(cutPort, { baseline: through, before, during: now, after: through });

  test('is when nothing to it or from it arrives, and all beside it does', () => {
    expect(judged(through, ports([0, 0], [60, 60, 60]))).toMatchObject({
      ...{ ok: true, why: '', n: 120, unit: 'bool' },
      measured: { before: 0, during: 1, after: 0 },
    });
  });

  test('is when a link that loses packets loses no more beside it', () => {
    expect(judged(ports([20, 25], [20, 30, 25]), ports([0, 0], [15, 20, 30])).ok).toBe(true);
  });

  test.each<[string, LinkReadings['before'], LinkReadings['during']]>([
    ['nothing was done', through, through],
    ['one way of it is open', through, ports([0, 60], [60, 60, 60])],
    ['another port is cut, too', through, ports([0, 0], [0, 60, 60])],
    ['another protocol is cut, too', through, ports([0, 0], [60, 60, 0])],
    ['everything is', through, ports([0, 0], [0, 0, 0])],
    ['it was cut before', ports([0, 0], [60, 60, 60]), ports([0, 0], [60, 60, 60])],
    ['nobody looked', through, idle],
    ['nobody looked before', idle, ports([0, 0], [60, 60, 60])],
  ])('is not when %s', (_what, before, now) => {
    const { ok, why } = judged(before, now);
    expect({ ok, why }).toEqual({
      ok: false,
      why: expect.stringMatching(/probes of tcp port 6379 arrived, and/),
    });
  });
});

describe('losses in bursts', () => {
  const judged = (lost: number, inRow: number, n = 30_000) =>
    judgeLink(burstLoss(0.1, 5), during(sample(n, 0.1, { lost, inRow })));

  test('are there when so many are lost, and so many in a row', () => {
    expect(judged(0.1, 5)).toMatchObject({
      ...{ ok: true, why: '', requested: 0.1, unit: 'ratio', n: 30_000 },
      measured: { before: 0, during: 0.1, after: 0 },
      bursts: { requested: 5, measured: 5, n: 600 },
    });
    expect(judged(0.11, 5.5).ok).toBe(true);
  });

  test.each<[string, number, number, number]>([
    ['each is lost by itself', 0.1, 1 / 0.9, 30_000],
    ['they are too long', 0.1, 9, 30_000],
    ['they are too short', 0.1, 2.5, 30_000],
    ['too many are lost', 0.2, 5, 30_000],
    ['too few are lost', 0.05, 5, 30_000],
    ['none is', 0, 1, 30_000],
    ['too few probes were sent to know', 0.1, 5, 5_000],
  ])('are not when %s', (_what, lost, inRow, n) => {
    const { ok, why } = judged(lost, inRow, n);
    expect({ ok, why }).toEqual({
      ok: false,
      why: expect.stringMatching(/probes were lost, .* in a row on average/),
    });
  });
});

describe('jitter', () => {
  test('is half the width over which delays are spread', () => {
    expect(judgeLink(jitter(20), during(sample(2001, 80, { spreadMs: 20 }))).ok).toBe(true);
    expect(judgeLink(jitter(20), during(sample(2001, 80, { spreadMs: 28 }))).ok).toBe(false);
    expect(judgeLink(jitter(20), during(sample(2001, 80))).ok).toBe(false);
    expect(judgeLink(jitter(20), during(sample(401, 80, { spreadMs: 20 }))).ok).toBe(false); // too few to know
  });
});

describe.each([
  [duplicate, 'twice', 'came twice'],
  [reorder, 'late', 'were overtaken'],
  [corrupt, 'broken', 'were corrupted'],
] as const)('%o', (fault, what, words) => {
  test('is what happened to the probes that came, within the interval of a receipt', () => {
    expect(judgeLink(fault(0.02), during(sample(7000, 1, { [what]: 0.02 })))).toMatchObject({
      ...{ ok: true, unit: 'ratio', n: 7000 },
      measured: { during: 0.02 },
    });
    expect(judgeLink(fault(0.02), during(sample(7000, 1, { [what]: 0.045 }))).ok).toBe(false);
    expect(judgeLink(fault(0.02), during(sample(7000, 1)))).toMatchObject({
      ok: false,
      why: `0 of 7000 probes ${words}`,
    });
  });

  test('counts the probes that came, of which enough must have been sent', () => {
    expect(judgeLink(fault(0.1), during(sample(10_000, 1, { [what]: 0.1, lost: 0.4 })))).toMatchObject({
      ...{ ok: true, n: 6000 },
    });
    expect(judgeLink(fault(0.1), during(sample(4999, 1, { [what]: 0.1 }))).ok).toBe(false);
  });
});

test('duplicates beside a loss are as many as left, of which each copy may be lost by itself', () => {
  for (const [asked, lost] of [
    [0.5, 0.2],
    [0.1, 0.3],
  ] as const) {
    const before = reading(sample(7000, 1, { lost }));
    const twice = (asked * (1 - lost)) / (1 + asked * lost);
    const readings = { ...during(sample(9000, 1, { lost: lost * (1 - asked * (1 - lost)), twice })), before };
    expect(judgeLink(duplicate(asked), readings)).toMatchObject({
      ok: true,
      measured: { during: expect.closeTo(asked, 2) },
    });
  }
});

describe('a loss', () => {
  test('fails only where all of its interval lies beyond what was asked and the tolerance', () => {
    expect(judgeLink(loss(0.02), during(sample(7000, 1, { lost: 0.02 }))).ok).toBe(true);
    expect(judgeLink(loss(0.02), during(sample(7000, 1, { lost: 0.026 }))).ok).toBe(true);
    expect(judgeLink(loss(0.02), during(sample(7000, 1, { lost: 0.045 }))).ok).toBe(false);
    expect(judgeLink(loss(0.02), during(sample(7000, 1)))).toMatchObject({
      ok: false,
      why: '0 of 7000 probes were lost',
    });
  });

  test('that was measured too roughly is not confirmed: the interval is too wide, or the probes too few', () => {
    expect(judgeLink(loss(0.01), during(sample(4999, 1, { lost: 0.01 }))).ok).toBe(false);
    // Half of all: at 5000 probes the interval is wider than 0.01, but narrower than half of what was asked.
    expect(judgeLink(loss(0.5), during(sample(5000, 1, { lost: 0.5 }))).ok).toBe(true);
  });

  test('that is drawn as asked is accepted', () => {
    fc.assert(
      fc.property(fc.constantFrom(0.01, 0.02, 0.1, 0.3), fc.nat(), (asked, seed) => {
        const draw = drawFor(seed, 'loss');
        const lost = Array.from({ length: 7000 }, () => draw.integer(0, 999_999) < asked * 1e6).filter(
          Boolean,
        ).length;
        expect(judgeLink(loss(asked), during(sample(7000, 1, { lost: lost / 7000 }))).ok).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a rate', () => {
  test('is what a flood carried, within 10 %', () => {
    expect(judgeLink(rate(10), during(sample(400, 1), 10.9e6))).toMatchObject({
      ok: true,
      unit: 'bit/s',
      requested: 10e6,
    });
    expect(judgeLink(rate(10), during(sample(400, 1), 11.1e6))).toMatchObject({
      ok: false,
      why: expect.stringMatching(/^11.10 Mbit\/s went through, .* before$/),
    });
    expect(judgeLink(rate(10), during(sample(400, 1), 8.9e6)).ok).toBe(false);
  });

  test('of a link that loses is what came, or that and what was lost', () => {
    const lossy = sample(7000, 1, { lost: 0.2 });
    expect(judgeLink(rate(10), during(lossy, 8e6))).toMatchObject({ ok: true, interval: [8e6, 10e6] });
    expect(judgeLink(rate(10), during(lossy, 10e6))).toMatchObject({ ok: true, interval: [10e6, 12.5e6] });
    expect(judgeLink(rate(10), during(lossy, 7e6)).ok).toBe(false);
    expect(judgeLink(rate(10), during(lossy, 11.1e6)).ok).toBe(false);
  });
});

describe('a partition', () => {
  test('lets nothing through where something went through before', () => {
    const silent = sample(400, 1, { lost: 1 });
    expect(judgeLink(cut, during(silent))).toMatchObject({
      ok: true,
      measured: { before: 0, during: 1, after: 0 },
    });
    expect(judgeLink(cut, during({ ...silent, received: 1 })).ok).toBe(false);
    expect(judgeLink(cut, { ...during(silent), before: reading(silent) }).ok).toBe(false);
  });
});

describe('a fault that is smaller than its tolerance', () => {
  test.each<LinkFault>([delay(1), delay(2), jitter(1), jitter(2), loss(0.003), loss(0.001)])(
    'is not confirmed where nothing came of it: %j',
    (fault) => {
      const unchanged = sample(18_000, 0.1);
      expect(judgeLink(fault, { ...during(unchanged), before: reading(sample(400, 0.1)) }).ok).toBe(false);
      // What a busy host adds, and a probe that it loses, are not what was asked.
      const noisy = sample(18_000, 0.3, { spreadMs: 0.2, lost: 1 / 18_000 });
      expect(judgeLink(fault, { ...during(noisy), before: reading(sample(400, 0.1)) }).ok).toBe(false);
    },
  );

  test('is confirmed where it came', () => {
    expect(judgeLink(delay(1), during(sample(400, 1.1))).ok).toBe(true);
    expect(judgeLink(delay(1), during(sample(400, 1.9))).ok).toBe(true);
    expect(judgeLink(jitter(2), during(sample(2100, 2.1, { spreadMs: 2 }))).ok).toBe(true);
    expect(judgeLink(loss(0.003), during(sample(18_000, 0.1, { lost: 0.003 }))).ok).toBe(true);
  });

  test('is not confirmed where as much was there before', () => {
    const same = {
      ...during(sample(7000, 0.1, { lost: 0.02 })),
      before: reading(sample(7000, 0.1, { lost: 0.02 })),
    };
    expect(judgeLink(loss(0.02), same).ok).toBe(false);
    expect(
      judgeLink(rate(10), { ...during(sample(400, 1), 10e6), before: reading(sample(400, 1), 10e6) }).ok,
    ).toBe(false);
  });
});

test.each(all)('a link that was not measured is never what was asked: $kind', (fault) => {
  const unmeasured = { probes: nothing, flood: nothing };
  for (const before of [idle, unmeasured]) {
    const judged = judgeLink(fault, { baseline: idle, before, during: unmeasured, after: unmeasured });
    expect(judged.ok).toBe(false);
    // JSON has no NaN, and a receipt must read back.
    expect(JSON.stringify(judged)).not.toContain('null');
  }
});
