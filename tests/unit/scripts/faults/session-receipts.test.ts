import { expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../infra/plan/plan.ts';
import type { LinkSample } from '../../../../scripts/faults/link-probes.ts';
import type { LinkReading } from '../../../../scripts/faults/link-receipts.ts';
import { receiptsOf } from '../../../../scripts/faults/session-receipts.ts';

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

test('a fault on every link has no bystanders and no reading of them', () => {
  const all = links({ 'a->b': [20.1, 0] });
  expect(receiptsFor(links({ 'a->b': [0.1, 0] }), all)[0]).not.toHaveProperty('bystanderReading');
});

function receiptsFor(baseline: ReadonlyMap<string, LinkReading>, wholeRun: ReadonlyMap<string, LinkReading>) {
  return receiptsOf([slow], {
    links: {
      baseline,
      wholeRun,
      of: new Map([[slow.id, { before: baseline, during: wholeRun }]]),
      after: baseline,
    },
    realised: new Map(),
    disksAfter: new Map(),
    leftovers: [],
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
