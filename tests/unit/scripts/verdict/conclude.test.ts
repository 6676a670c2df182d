import { expect, test } from '@jest/globals';
import { conclude } from '../../../../scripts/verdict/conclude.ts';
import type { Receipt } from '../../../../scripts/verdict/receipt.ts';
import { receiptForTest } from '../../../support/verdict.ts';

const nothing = { suites: [], invariants: [], parity: [], leftovers: [], down: [], control: null };
const never = (target: string, rest: Partial<Receipt> = {}): Receipt => ({
  ...receiptForTest(''),
  ...{ fault: 'p/late', target, n: 0, why: 'it was never in force, so nothing was measured' },
  ...rest,
});
const why =
  'p/late: it was to come when suite second begins, which had not happened 60000 ms after the first suite began';

test('a fault that never came is one sentence, on however many targets it was to be', () => {
  const receipts = [never('a-1:app'), never('a-2:app')];
  expect(conclude({ ...nothing, receipts, invalid: [why] })).toEqual({ verdict: 'invalid', why: [why] });
  const unfinished = 'p/late was not in force as planned: the suites ended before its schedule did';
  expect(conclude({ ...nothing, receipts, invalid: [unfinished] }).why).toEqual([unfinished]);
});

test('one that nothing else speaks of is told by its receipts, and so is what did not heal', () => {
  const other = 'p/late-too: it was to come';
  expect(conclude({ ...nothing, receipts: [never('a-1:app')], invalid: [other] }).why).toEqual([
    other,
    'p/late on a-1:app was not what was asked: it was never in force, so nothing was measured',
  ]);
  const stuck = never('a-1:app', { healedOk: false, whyNotHealed: 'its heal failed' });
  expect(conclude({ ...nothing, receipts: [stuck], invalid: [why] }).why).toEqual([
    why,
    'p/late on a-1:app did not heal: its heal failed',
  ]);
  const wrong = never('a-1:app', { n: 3, injectedAtMs: 10, why: 'it was slow' });
  expect(conclude({ ...nothing, receipts: [wrong], invalid: [why] }).why).toHaveLength(2);
});

test('targets that are wrong for the same reason are one sentence, and of many reasons some are said', () => {
  const wrong = (target: string, reason: string): Receipt =>
    never(target, { n: 3, injectedAtMs: 10, why: reason, bystandersOk: false, whyTouched: 'x->y: later' });
  const receipts = ['one', 'one', 'one', 'two', 'two', 'three', 'four', 'five', 'five'].map((reason, at) =>
    wrong(`a-${at + 1}`, reason),
  );
  expect(conclude({ ...nothing, receipts, invalid: [] }).why).toEqual([
    'p/late on a-1 and 2 more was not what was asked: one',
    'p/late on a-4 and a-5 was not what was asked: two',
    'p/late on a-6 was not what was asked: three',
    'p/late on a-7 and 2 more was not what was asked, as its receipts say',
    'p/late on a-1 and 8 more touched bystanders: x->y: later',
  ]);
});
