import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UsageError } from '../../../../infra/errors.ts';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import {
  boundToControl,
  leastRoomMiB,
  memoryBytesOn,
  mostMemoryMiB,
  refuseWithoutControl,
  unknownTo,
} from '../../../../infra/plan/memory-limits.ts';
import { hashesOf } from '../../../../infra/plan/plan-cluster.ts';
import type { Plan } from '../../../../infra/plan/plan.ts';
import { idleCluster } from '../../../support/understudy.ts';
import { writtenSpec } from '../../../support/written-spec.ts';

const MiB = 1024 * 1024;

/** node-1 and node-2, of 64 MiB each; one of their faults goes by the control. */
function planned(times: number, memoryMiB = 40): Plan {
  using spec = writtenSpec({
    'p.yaml': [
      'name: p',
      'description: p',
      'faults:',
      `  - {name: tight, kind: resource.memory, timesControl: ${times}, on: {nodes: [{node: node-1}]}}`,
      `  - {name: fixed, kind: resource.memory, memoryMiB: ${memoryMiB}, on: {nodes: [{node: node-2}]}}`,
    ].join('\n'),
  });
  return loadPlan({ cluster: idleCluster, profiles: [spec.path('p.yaml')], seed: 1, set: {}, suites: [] })
    .plan;
}
const leftOf = (plan: Plan, heldBytes: number): number => {
  const [tight] = boundToControl(plan, { 'node-1': heldBytes });
  if (tight === undefined) throw new Error('nothing is planned');
  return memoryBytesOn(tight, 'node-1');
};

describe('a limit that goes by the control', () => {
  test('is so many times what the node held, in whole MiB, and leaves what goes by none as it is', () => {
    const plan = planned(1.5);
    const [tight, fixed] = boundToControl(plan, { 'node-1': 25 * MiB, 'node-2': 3 * MiB });
    expect(tight).toMatchObject({
      memory: { 'node-1': { heldBytes: 25 * MiB, bytes: 38 * MiB } },
      fault: { timesControl: 1.5 },
    });
    expect(fixed).toBe(plan.schedule[1]);
  });

  test('is never less than what was held, the floor above it, or the part of it, and never a MiB more than that', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 36 * MiB }),
        fc.integer({ min: 100, max: 130 }),
        (held, percent) => {
          const times = percent / 100;
          const left = leftOf(planned(times), held);
          const wanted = Math.max(held * times, held + leastRoomMiB * MiB);
          expect(left % MiB).toBe(0);
          expect(left).toBeGreaterThanOrEqual(wanted);
          expect(left).toBeLessThan(wanted + MiB);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('is refused where the node has hardly more, with what it held, and what there is to do', () => {
    const most = mostMemoryMiB(64);
    expect(leftOf(planned(1.2), (most * MiB) / 1.2)).toBe(most * MiB);
    const tooMuch = (): number => leftOf(planned(1.2), most * MiB);
    expect(tooMuch).toThrow(UsageError);
    expect(tooMuch).toThrow(
      'fault "p/tight" leaves node-1 58 MiB, 1.2 times the 48 MiB that it held in the control, and the node has 64 of its own',
    );
  });

  test('is in no plan: hashes are those of what was asked, whatever a control held', () => {
    const plan = planned(1.2);
    expect(JSON.stringify(plan.schedule)).toContain('"timesControl":1.2');
    expect(JSON.stringify(plan)).not.toContain('heldBytes');
    expect(hashesOf(plan)).toEqual(hashesOf(planned(1.2)));
    expect(hashesOf(planned(1.3)).planHash).not.toBe(hashesOf(plan).planHash);
    expect(hashesOf(planned(1.3)).controlHash).toBe(hashesOf(plan).controlHash);
  });

  test('needs the figures of the nodes that it is on, and of no others', () => {
    expect(unknownTo({}, planned(1.2))).toEqual(['node-1']);
    expect(unknownTo({ 'node-2': MiB }, planned(1.2))).toEqual(['node-1']);
    expect(unknownTo({ 'node-1': MiB }, planned(1.2))).toEqual([]);
    expect(unknownTo({}, { schedule: planned(1.2).schedule.slice(1) })).toEqual([]);
  });

  test('is nothing without a control, which is said before anything starts', () => {
    const { schedule } = planned(1.2);
    const refused = (): void => {
      refuseWithoutControl({ schedule });
    };
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow('fault "p/tight" leaves 1.2 times the memory that nodes held in the control');
    refuseWithoutControl({ schedule: schedule.slice(1) });
  });

  test('is known of no node before it is bound', () => {
    const [tight, fixed] = planned(1.2).schedule;
    if (tight === undefined || fixed === undefined) throw new Error('nothing is planned');
    expect(() => memoryBytesOn(tight, 'node-1')).toThrow('is not bound');
    expect(memoryBytesOn(fixed, 'node-2')).toBe(40 * MiB);
  });
});
