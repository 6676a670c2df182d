import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Verdict } from '../../../scripts/verdict/verdict.ts';
import { everyKindProfile, kindsCluster, kindsToTry } from '../../support/every-kind.ts';
import { receiptOf } from '../../support/sabotaged.ts';
import { rehearsal } from '../../support/understudy.ts';
import { writtenSpec } from '../../support/written-spec.ts';

const kinds = kindsToTry();
const spec = writtenSpec({ 'every-kind.yaml': everyKindProfile((kind) => kinds.includes(kind)) });
const profile = spec.path('every-kind.yaml');
afterAll(() => {
  spec[Symbol.dispose]();
});

/** All kinds at once on one real cluster, each looked at by itself. With inject or heal left out: `npm run left-out`. */
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
