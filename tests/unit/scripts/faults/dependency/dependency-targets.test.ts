import { describe, expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import type { Fault } from '../../../../../infra/spec/fault.ts';
import { askerOf } from '../../../../../scripts/faults/dependency/dependency-targets.ts';
import { delay, failing, powerLoss } from '../../../../support/faults.ts';

const mock = { port: 80, routes: [] };
const rates = { node: 'rates-1', dependency: mock };
const ledger = { node: 'ledger-1', dependency: mock };
const [a, b, c] = ['a-1', 'b-1', 'c-1'].map((node) => ({ node, dependency: null }));
if (a === undefined || b === undefined || c === undefined) throw new Error('three nodes were asked for');
const all = [rates, ledger, a, b, c];

const on = (fault: Fault, ...targets: readonly string[]): ScheduledFault => ({
  id: 'p/f',
  profile: 'p',
  fault,
  targets,
  startMs: null,
  endMs: null,
});

describe('a dependency is asked', () => {
  test('by the first node of the software', () => {
    expect(askerOf(rates, all, [])).toBe(a);
    expect(askerOf(rates, all, [on(failing(1), 'rates-1:GET /'), on(delay(9), 'a-1->b-1')])).toBe(a);
  });

  test('by one that no fault is on, nor on its way there or back', () => {
    expect(askerOf(rates, all, [on(powerLoss, 'a-1'), on(delay(9), 'rates-1->b-1')])).toBe(c);
    expect(askerOf(ledger, all, [on(powerLoss, 'a-1'), on(delay(9), 'rates-1->b-1')])).toBe(b);
  });

  test('by any where none is free of faults, and by another dependency where there is no software', () => {
    expect(askerOf(rates, [rates, a, b], [on(powerLoss, 'a-1', 'b-1')])).toBe(a);
    expect(askerOf(rates, [rates, ledger], [])).toBe(ledger);
    expect(() => askerOf(rates, [rates], [])).toThrow('no node that could ask rates-1');
  });
});
