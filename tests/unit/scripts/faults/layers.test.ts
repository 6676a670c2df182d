import { expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../infra/plan/plan.ts';
import type { Fault } from '../../../../infra/spec/fault.ts';
import { layers } from '../../../../scripts/faults/layers.ts';

const on = { links: 'all' as const };
const delay = { kind: 'network.delay', name: 'd', on, delayMs: 5 } as const;
const loss = { kind: 'network.loss', name: 'l', on, lossRatio: 0.1 } as const;

function of(id: string, fault: Fault, ...targets: readonly string[]): ScheduledFault {
  return { id, profile: 'p', fault, targets, startMs: null, endMs: null };
}

function ids(faults: readonly ScheduledFault[]): readonly (readonly string[])[] {
  return layers(faults).map((layer) => layer.map(({ id }) => id));
}

test('faults that can be told apart are measured together', () => {
  expect(ids([of('a', delay, 'x->y'), of('b', loss, 'x->y'), of('c', delay, 'y->x')])).toEqual([
    ['a', 'b', 'c'],
  ]);
});

test('two of one kind on one link are measured one after the other, in their order', () => {
  expect(ids([of('a', delay, 'x->y'), of('b', delay, 'x->y'), of('c', loss, 'x->y')])).toEqual([
    ['a', 'c'],
    ['b'],
  ]);
  expect(ids([of('a', delay, 'x->y'), of('b', delay, 'y->x', 'x->y'), of('c', delay, 'y->x')])).toEqual([
    ['a'],
    ['b'],
    ['c'],
  ]);
});

test('nothing is no layer', () => {
  expect(layers([])).toEqual([]);
});
