import { describe, expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../infra/plan/plan.ts';
import type { LinkSample } from '../../../../scripts/faults/links/link-probes.ts';
import type { LinkReadingsByLink } from '../../../../scripts/faults/network/link-reading.ts';
import type { LinkReading } from '../../../../scripts/faults/network/link-reading.ts';
import type { DiskReading } from '../../../../scripts/faults/disk/disk-readings.ts';
import { diskMeaning } from '../../../../scripts/faults/disk/disk-targets.ts';
import { linkJudge, type LinkMeasurement } from '../../../../scripts/faults/network/link-judge.ts';
import { receiptsOf, type Told } from '../../../../scripts/faults/session-receipts.ts';
import { targetJudge } from '../../../../scripts/faults/watch/target-judge.ts';
import type { TargetMeasurement } from '../../../../scripts/faults/watch/target-watch.ts';
import { space } from '../../../support/faults.ts';
import { nothing } from '../../../support/link-samples.ts';
import { roomy } from '../../../support/roomy.ts';
import { withoutNetem } from '../../../support/abilities.ts';

const nothingTold: Told = {
  realised: new Map(),
  begun: new Set(),
  leftovers: [],
  ended: new Set(),
  abilities: withoutNetem,
};

const slow: ScheduledFault = {
  id: 'p/slow',
  profile: 'p',
  fault: {
    name: 'slow',
    kind: 'network.delay',
    on: { links: [{ from: 'a', to: 'b', both: false }] },
    delayMs: 20,
  },
  targets: ['a->b'],
  startMs: null,
  endMs: null,
};

test('a receipt tells what its bystanders read: the worst median, and all that was lost', () => {
  const baseline = links({ 'a->b': [0.1, 0], 'b->a': [0.1, 0], 'a->c': [0.1, 1] });
  const wholeRun = links({ 'a->b': [20.1, 0], 'b->a': [0.12, 0], 'a->c': [0.35, 2] });
  const [receipt] = receiptsFor(baseline, wholeRun);
  expect(receipt).toMatchObject({
    bystanders: 2,
    bystandersOk: true,
    bystanderReading: { addedMs: 0.25, lost: 2, sent: 8000 },
  });
});

test('a bystander over which nothing arrives is not clean, and its reading is no number of ms', () => {
  const baseline = links({ 'a->b': [0.1, 0], 'b->a': [0.1, 0] });
  const wholeRun = links({ 'a->b': [20.1, 0], 'b->a': [NaN, 4000] });
  const [receipt] = receiptsFor(baseline, wholeRun);
  expect(receipt).toMatchObject({
    bystandersOk: false,
    bystanderReading: { addedMs: -1, lost: 4000 },
    whyTouched: expect.stringContaining('loss of 100.00 %, and 0.00 % before'),
  });
});

const cut: ScheduledFault = {
  id: 'p/cut',
  profile: 'p',
  fault: { name: 'cut', kind: 'network.partition', on: { links: [{ from: 'b', to: 'c', both: false }] } },
  targets: ['b->c'],
  startMs: 1000,
  endMs: 4000,
};

describe('a heal', () => {
  const clean = links({ 'a->b': [0.1, 0], 'b->a': [0.1, 0] });
  const slowed = links({ 'a->b': [20.1, 0], 'b->a': [0.1, 0] });
  const measured = {
    [slow.id]: { before: clean, during: slowed, touched: new Set(['a->b']), healed: new Map() },
  };

  test('is proven where the link is as it was and nothing is left at either end', () => {
    expect(receiptsFrom([slow], clean, measured)).toMatchObject([{ healedOk: true }]);
    expect(receiptsFrom([slow], clean, measured, { leftovers: ['c: qdisc x'] })).toMatchObject([
      { healedOk: true },
    ]);
  });

  test.each(['a: qdisc htb', 'b: rule NFQUEUE'])(
    'is not proven where something is left at one end: %s',
    (left) => {
      expect(receiptsFrom([slow], clean, measured, { leftovers: [left] })).toMatchObject([
        { healedOk: false },
      ]);
    },
  );

  test('is not proven where the link still is slow, or was not measured, whatever the listings say', () => {
    expect(receiptsFrom([slow], clean, measured, { after: slowed })).toMatchObject([{ healedOk: false }]);
    expect(receiptsFrom([slow], clean, measured, { after: new Map() })).toMatchObject([{ healedOk: false }]);
  });

  test('is proven by the end of a node, which took its end of the link along, and not for what the other end has', () => {
    const after = new Map();
    const receipts = (node: string, leftovers: readonly string[] = []) =>
      receiptsFrom([slow], clean, measured, { after, leftovers, ended: new Set([node]) });
    expect(receipts('b')).toMatchObject([{ ok: true, healedOk: true }]);
    expect(receipts('c')).toMatchObject([{ healedOk: false }]);
    expect(receipts('b', ['a: qdisc htb'])).toMatchObject([{ healedOk: false }]);
  });
});

describe('a heal in a window', () => {
  const without = links({ 'a->b': [0.1, 0] });
  const standing = links({ 'a->b': [5.1, 0] });
  const both = links({ 'a->b': [25.1, 0] });
  const measured = (left: LinkReadingsByLink, isAlone = true) => {
    const healed = new Map([...left].map(([link, one]) => [link, { ...one, isAlone }]));
    return { [slow.id]: { before: standing, during: both, touched: new Set(['a->b']), healed } };
  };

  test('is proven by what its link reads right after it: what it read before, and the receipt says so', () => {
    const [receipt] = receiptsFrom([slow], without, measured(standing));
    expect(receipt).toMatchObject({
      ok: true,
      healedOk: true,
      measured: { before: 5.1, during: 20, after: 0 },
    });
  });

  test('is not where the link still is slower then, although it is as it was at the end', () => {
    const [receipt] = receiptsFrom([slow], without, measured(both));
    expect(receipt).toMatchObject({ ok: true, healedOk: false, measured: { after: 20 } });
  });

  test('is judged by its own share where something else came meanwhile, and by all of the link where nothing did', () => {
    const lossy = links({ 'a->b': [5.1, 400] });
    expect(receiptsFrom([slow], without, measured(lossy))).toMatchObject([{ healedOk: false }]);
    expect(receiptsFrom([slow], without, measured(lossy, false))).toMatchObject([{ healedOk: true }]);
    expect(receiptsFrom([slow], without, measured(both, false))).toMatchObject([{ healedOk: false }]);
  });
});

test('a heal that said it failed is none, whatever is read afterwards', () => {
  const clean = links({ 'a->b': [0.1, 0] });
  const measured = { before: clean, during: links({ 'a->b': [20.1, 0] }), touched: new Set(['a->b']) };
  const times = { injectedAtMs: null, injectTookMs: 1, healedAtMs: null, healTookMs: 0 };
  const receipts = (healed: boolean) =>
    receiptsFrom(
      [slow],
      clean,
      { [slow.id]: { ...measured, healed: new Map() } },
      {
        realised: new Map([[slow.id, { ...times, healed }]]),
      },
    );
  expect(receipts(true)).toMatchObject([{ healedOk: true }]);
  expect(receipts(false)).toMatchObject([{ healedOk: false }]);
});

describe('a disk fault', () => {
  const target = 'a:/data';
  const full: ScheduledFault = { ...slow, id: 'p/full', fault: space(65_536), targets: [target] };
  const filled = { ...roomy, freeBytes: 65_536, writeError: 'No space left on device' };
  const receiptWith = (
    beside: DiskReading,
    {
      touched = [],
      after = roomy,
      baseline = roomy,
    }: { touched?: readonly string[]; after?: DiskReading; baseline?: DiskReading } = {},
  ) => {
    const measured: TargetMeasurement<DiskReading> = {
      baseline: new Map([[target, baseline]]),
      before: new Map([target, 'b:/data', 'c:/data'].map((disk) => [disk, roomy])),
      during: new Map([
        [target, filled],
        ['b:/data', roomy],
        ['c:/data', beside],
      ]),
      touched: new Set([target, ...touched]),
      after: new Map([[target, after]]),
    };
    return receiptsOf(full, targetJudge(diskMeaning, new Map([[full.id, measured]])), nothingTold)[0];
  };

  test('leaves the disks beside it as they were', () => {
    expect(receiptWith(roomy)).toMatchObject({ ok: true, healedOk: true, bystanders: 2, bystandersOk: true });
    const used = { ...roomy, freeBytes: roomy.freeBytes - 4096 };
    expect(receiptWith(used)).toMatchObject({ bystandersOk: true });
  });

  test.each<[string, Partial<DiskReading>]>([
    ['is full too', { freeBytes: 65_536 }],
    ['has no inodes', { freeInodes: 0 }],
    ['takes no file', { createError: 'Read-only file system' }],
    ['cannot be read', { freeBytes: -1 }],
  ])('has touched a disk beside it that %s', (_what, reading) => {
    expect(receiptWith({ ...roomy, ...reading })).toMatchObject({
      ok: true,
      bystanders: 2,
      bystandersOk: false,
      whyTouched: expect.stringContaining(' was not as before'),
    });
  });

  test('does not answer for a disk that another fault was on meanwhile', () => {
    expect(receiptWith(filled, { touched: ['c:/data'] })).toMatchObject({
      bystanders: 1,
      bystandersOk: true,
    });
  });

  test('has nothing to do on a disk that was as full without it, whatever is read of it', () => {
    expect(receiptWith(roomy, { baseline: { ...roomy, freeBytes: 65_536 } })).toMatchObject({
      ok: false,
      why: 'the disk had 65536 bytes free without any fault, and 65536 were asked for: ask for less',
    });
  });

  test('has healed where its disk was as before when it was read after the heal', () => {
    expect(receiptWith(roomy, { after: filled })).toMatchObject({
      healedOk: false,
      measured: { before: 64e6, during: 65_536, after: 65_536 },
    });
  });

  test('that was never measured has no bystanders and holds nothing', () => {
    const receipts = (told: Partial<Told>) =>
      receiptsOf(full, targetJudge(diskMeaning, new Map()), { ...nothingTold, ...told });
    const begun = new Set([full.id]);
    expect(receipts({ begun })).toMatchObject([
      {
        ok: false,
        healedOk: false,
        bystanders: 0,
        n: 0,
        why: 'it was never in force, so nothing was measured',
      },
    ]);
    // Where it was not even begun there is nothing that could have stayed.
    expect(receipts({})).toMatchObject([{ ok: false, healedOk: true, bystandersOk: true, n: 0 }]);
    expect(receipts({ leftovers: ['c: file x'] })).toMatchObject([{ healedOk: true }]);
  });
});

test('each fault has the bystanders of its own measurement: a link that another fault was on is none', () => {
  const baseline = links({ 'a->b': [0.1, 0], 'b->c': [0.1, 0], 'c->a': [0.1, 0] });
  const inWindow = links({ 'a->b': [20.1, 0], 'b->c': [NaN, 4000], 'c->a': [9.1, 0] });
  const receipts = receiptsFrom([slow, cut], baseline, {
    [slow.id]: {
      before: baseline,
      during: links({ 'a->b': [20.1, 0], 'b->c': [0.1, 0], 'c->a': [0.1, 0] }),
      touched: new Set(['a->b']),
      healed: new Map(),
    },
    [cut.id]: { before: baseline, during: inWindow, touched: new Set(['a->b', 'b->c']), healed: new Map() },
  });
  expect(receipts).toMatchObject([
    { fault: 'p/slow', bystanders: 2, bystandersOk: true },
    { fault: 'p/cut', bystanders: 1, bystandersOk: false, bystanderReading: { addedMs: 9 } },
  ]);
});

test('a fault beside which no link was measured has no bystanders', () => {
  const baseline = links({ 'a->b': [0.1, 0], 'b->a': [0.1, 0] });
  const [receipt] = receiptsFrom([slow], baseline, {});
  expect(receipt).toMatchObject({ bystanders: 0 });
  expect(receipt).not.toHaveProperty('bystanderReading');
});

test('a fault on every link has no bystanders and no reading of them', () => {
  const all = links({ 'a->b': [20.1, 0] });
  expect(receiptsFor(links({ 'a->b': [0.1, 0] }), all)[0]).not.toHaveProperty('bystanderReading');
});

function receiptsFor(baseline: ReadonlyMap<string, LinkReading>, wholeRun: ReadonlyMap<string, LinkReading>) {
  const touched = new Set(slow.targets);
  return receiptsFrom([slow], baseline, {
    [slow.id]: { before: baseline, during: wholeRun, touched, healed: new Map() },
  });
}

function receiptsFrom(
  faults: readonly ScheduledFault[],
  baseline: ReadonlyMap<string, LinkReading>,
  of: Readonly<Record<string, LinkMeasurement>>,
  { after = baseline, ...told }: Partial<Told> & { readonly after?: LinkReadingsByLink } = {},
) {
  const judge = linkJudge({ baseline, of: new Map(Object.entries(of)), after, linkCount: baseline.size });
  return faults.flatMap((fault) => receiptsOf(fault, judge, { ...nothingTold, ...told }));
}

/** 4000 probes a link: how long each took, ms, and how many were lost. */
function links(of: Readonly<Record<string, readonly [number, number]>>): ReadonlyMap<string, LinkReading> {
  return new Map(
    Object.entries(of).map(([link, [delayMs, lost]]) => {
      const delaysMs = Number.isNaN(delayMs) ? [] : Array.from({ length: 400 }, () => delayMs);
      const probes: LinkSample = { ...nothing, sent: 4000, received: 4000 - lost, delaysMs };
      return [link, { probes, flood: probes }];
    }),
  );
}
