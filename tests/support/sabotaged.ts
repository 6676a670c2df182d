import { expect } from '@jest/globals';
import { execa } from 'execa';
import { join } from 'node:path';
import { packageRoot } from '../../infra/places.ts';
import { nodesOf } from '../../infra/plan/target.ts';
import type { FaultKind } from '../../infra/spec/fault.ts';
import type { Receipt } from '../../scripts/verdict/receipt.ts';
import { Verdict } from '../../scripts/verdict/verdict.ts';
import { kindsCluster } from './every-kind.ts';

/** A rehearsal of every kind in which one part of the faults' driver is left out (sabotaged-rehearsal.ts). */
export async function sabotaged(leftOut: 'inject' | 'heal', profile: string): Promise<Verdict> {
  const script = join(packageRoot, 'tests/support/sabotaged-rehearsal.ts');
  const { stdout } = await execa(process.execPath, [script, leftOut, kindsCluster, profile], {
    reject: false,
    stdin: 'ignore',
  });
  return Verdict.parse(JSON.parse(stdout));
}

export function receiptOf({ receipts }: Verdict, kind: FaultKind): Receipt {
  const found = receipts.filter((one) => one.kind === kind);
  const [receipt] = found;
  if (receipt === undefined || found.length > 1) throw new Error(`${found.length} receipts for ${kind}`);
  return receipt;
}

export function expectNotInjected(verdict: Verdict, kind: FaultKind): void {
  const receipt = receiptOf(verdict, kind);
  expect(receipt.ok).toBe(false);
  expect(verdict.why).toContain(
    `${receipt.fault} on ${receipt.target} was not what was asked: ${receipt.why}`,
  );
}

export function expectNotHealed(verdict: Verdict, kind: FaultKind): void {
  const receipt = receiptOf(verdict, kind);
  expect(receipt).toMatchObject({ ok: true, healedOk: false });
  const ends = nodesOf(receipt.target);
  const named = verdict.leftovers.filter((line) => ends.some((end) => line.startsWith(`${end}: `)));
  expect(named).not.toEqual([]);
}
