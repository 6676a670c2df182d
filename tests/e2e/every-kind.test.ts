import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Verdict } from '../../scripts/verdict/verdict.ts';
import { everyKindProfile, hasInjectLeftOut, kindsCluster, kindsToTry } from '../support/every-kind.ts';
import { expectNotHealed, expectNotInjected, receiptOf, sabotaged } from '../support/sabotaged.ts';
import { rehearsal } from '../support/understudy.ts';
import { writtenSpec } from '../support/written-spec.ts';

const kinds = kindsToTry();
const spec = writtenSpec({ 'every-kind.yaml': everyKindProfile((kind) => kinds.includes(kind)) });
const profile = spec.path('every-kind.yaml');
afterAll(() => {
  spec[Symbol.dispose]();
});

/** One real cluster a describe: all kinds at once, each looked at by itself. */
describe('a fault of every kind', () => {
  let verdict: Verdict;
  beforeAll(async () => {
    ({ verdict } = await rehearsal([kindsCluster, '--profile', profile, '--control', 'never']));
  });

  test('all of them together leave a run that can be trusted, and nothing else', () => {
    expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
    expect({ leftovers: verdict.leftovers, residue: verdict.residue }).toEqual({
      leftovers: [],
      residue: [],
    });
    expect(verdict.receipts.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
  });

  test.each(kinds)('%s is real, leaves bystanders alone, and heals', (kind) => {
    const receipt = receiptOf(verdict, kind);
    expect(receipt).toMatchObject({ ok: true, bystandersOk: true, healedOk: true, why: '' });
    expect(receipt.bystanders).toBeGreaterThan(0);
    expect(receipt.measured.before).not.toBe(receipt.measured.during);
  });
});

/**
 * One of two kinds has its inject left out, the other one its heal: which, goes by its place in the table. Both of each are
 * longer than `npm test` may take: `npm run left-out`.
 */
describe('a fault of every kind that is not injected, or not undone', () => {
  let verdict: Verdict;
  beforeAll(async () => {
    verdict = await sabotaged('either', profile);
  });

  test('makes the run invalid, and leaves no object behind', () => {
    expect(verdict).toMatchObject({ verdict: 'invalid', residue: [] });
  });

  for (const kind of kinds.filter(hasInjectLeftOut))
    test(`${kind} has a receipt that does not hold, and is named`, () => {
      expectNotInjected(verdict, kind);
    });

  for (const kind of kinds.filter((one) => !hasInjectLeftOut(one)))
    test(`${kind} was real, has not healed, and what it left is named on its node`, () => {
      expectNotHealed(verdict, kind);
    });
});
