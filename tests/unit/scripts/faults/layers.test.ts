import { expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../infra/plan/plan.ts';
import type { Fault } from '../../../../infra/spec/fault.ts';
import { layers } from '../../../../scripts/faults/layers.ts';
import { delay, duplicate, loss } from '../../../support/faults.ts';

function of(id: string, fault: Fault, ...targets: readonly string[]): ScheduledFault {
  return { id, profile: 'p', fault, targets, startMs: null, endMs: null };
}

function ids(faults: readonly ScheduledFault[]): readonly (readonly string[])[] {
  return layers(faults).map((layer) => layer.map(({ id }) => id));
}

test('faults that can be told apart are measured together', () => {
  expect(ids([of('a', delay(5), 'x->y'), of('b', loss(0.1), 'x->y'), of('c', delay(5), 'y->x')])).toEqual([
    ['a', 'b', 'c'],
  ]);
});

test('two of one kind on one link are measured one after the other, in their order', () => {
  expect(ids([of('a', delay(5), 'x->y'), of('b', delay(5), 'x->y'), of('c', loss(0.1), 'x->y')])).toEqual([
    ['a', 'c'],
    ['b'],
  ]);
  expect(
    ids([of('a', delay(5), 'x->y'), of('b', delay(5), 'y->x', 'x->y'), of('c', delay(5), 'y->x')]),
  ).toEqual([['a'], ['b'], ['c']]);
});

test('what is counted on a link is counted before its packets have copies', () => {
  expect(
    ids([of('a', duplicate(0.1), 'x->y'), of('b', loss(0.1), 'x->y'), of('c', loss(0.1), 'y->x')]),
  ).toEqual([['b', 'c'], ['a']]);
});

test('nothing is no layer', () => {
  expect(layers([])).toEqual([]);
});
