import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { join } from 'node:path';
import { packageRoot } from '../../infra/places.ts';
import { nodesOf } from '../../infra/plan/target.ts';
import type { FaultKind } from '../../infra/spec/fault.ts';
import type { Receipt } from '../../scripts/verdict/receipt.ts';
import { Verdict } from '../../scripts/verdict/verdict.ts';
import { everyFault, everyKindProfile, kindsCluster } from '../support/every-kind.ts';
import { rehearsal } from '../support/understudy.ts';
import { writtenSpec } from '../support/written-spec.ts';

const kinds = everyFault.map(({ kind }) => kind);
const spec = writtenSpec({ 'every-kind.yaml': everyKindProfile() });
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

describe('a fault of every kind that is not injected', () => {
  let verdict: Verdict;
  beforeAll(async () => {
    verdict = await sabotaged('inject');
  });

  test('makes the run invalid', () => {
    expect(verdict.verdict).toBe('invalid');
  });

  test.each(kinds)('%s has a receipt that does not hold, and is named', (kind) => {
    const receipt = receiptOf(verdict, kind);
    expect(receipt.ok).toBe(false);
    expect(verdict.why).toContain(
      `${receipt.fault} on ${receipt.target} was not what was asked: ${receipt.why}`,
    );
  });
});

describe('a fault of every kind that is not undone', () => {
  let verdict: Verdict;
  beforeAll(async () => {
    verdict = await sabotaged('heal');
  });

  test('makes the run invalid, and leaves no object behind', () => {
    expect(verdict).toMatchObject({ verdict: 'invalid', residue: [] });
  });

  test.each(kinds)('%s was real, has not healed, and what it left is named on its node', (kind) => {
    const receipt = receiptOf(verdict, kind);
    expect(receipt).toMatchObject({ ok: true, healedOk: false });
    const ends = nodesOf(receipt.target);
    const named = verdict.leftovers.filter((line) => ends.some((end) => line.startsWith(`${end}: `)));
    expect(named).not.toEqual([]);
  });
});

function receiptOf({ receipts }: Verdict, kind: FaultKind): Receipt {
  const found = receipts.filter((one) => one.kind === kind);
  const [receipt] = found;
  if (receipt === undefined || found.length > 1) throw new Error(`${found.length} receipts for ${kind}`);
  return receipt;
}

async function sabotaged(leftOut: 'inject' | 'heal'): Promise<Verdict> {
  const script = join(packageRoot, 'tests/support/sabotaged-rehearsal.ts');
  const { stdout } = await execa(process.execPath, [script, leftOut, kindsCluster, profile], {
    reject: false,
    stdin: 'ignore',
  });
  return Verdict.parse(JSON.parse(stdout));
}
