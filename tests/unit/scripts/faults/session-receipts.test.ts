import { describe, expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../infra/plan/plan.ts';
import type { LinkSample } from '../../../../scripts/faults/link-probes.ts';
import type { LinkReadingsByLink } from '../../../../scripts/faults/link-meter.ts';
import type { LinkReading } from '../../../../scripts/faults/link-receipts.ts';
import { receiptsOf, type LinkMeasurement } from '../../../../scripts/faults/session-receipts.ts';

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
  expect(receipt).toMatchObject({ bystandersOk: false, bystanderReading: { addedMs: -1, lost: 4000 } });
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
  const measured = { [slow.id]: { before: clean, during: slowed, touched: new Set(['a->b']) } };

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
});

test('each fault has the bystanders of its own measurement: a link that another fault was on is none', () => {
  const baseline = links({ 'a->b': [0.1, 0], 'b->c': [0.1, 0], 'c->a': [0.1, 0] });
  const inWindow = links({ 'a->b': [20.1, 0], 'b->c': [NaN, 4000], 'c->a': [9.1, 0] });
  const receipts = receiptsFrom([slow, cut], baseline, {
    [slow.id]: {
      before: baseline,
      during: links({ 'a->b': [20.1, 0], 'b->c': [0.1, 0], 'c->a': [0.1, 0] }),
      touched: new Set(['a->b']),
    },
    [cut.id]: { before: baseline, during: inWindow, touched: new Set(['a->b', 'b->c']) },
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
  return receiptsFrom([slow], baseline, { [slow.id]: { before: baseline, during: wholeRun, touched } });
}

function receiptsFrom(
  faults: readonly ScheduledFault[],
  baseline: ReadonlyMap<string, LinkReading>,
  of: Readonly<Record<string, LinkMeasurement>>,
  { after = baseline, leftovers = [] }: { after?: LinkReadingsByLink; leftovers?: readonly string[] } = {},
) {
  return receiptsOf(faults, {
    links: { baseline, of: new Map(Object.entries(of)), after },
    realised: new Map(),
    disksAfter: new Map(),
    leftovers,
    mechanism: 'nfqueue',
  });
}

/** 4000 probes a link: how long each took, ms, and how many were lost. */
function links(of: Readonly<Record<string, readonly [number, number]>>): ReadonlyMap<string, LinkReading> {
  return new Map(
    Object.entries(of).map(([link, [delayMs, lost]]) => {
      const delaysMs = Number.isNaN(delayMs) ? [] : Array.from({ length: 400 }, () => delayMs);
      const probes: LinkSample = { sent: 4000, received: 4000 - lost, delaysMs, bitsPerSecond: NaN };
      return [link, { probes, flood: probes }];
    }),
  );
}
