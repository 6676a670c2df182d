import { describe, expect, test } from '@jest/globals';
import { isHealedBy } from '../../../../support/is-healed.ts';
import type { NodeFault } from '../../../../../infra/spec/fault.ts';
import { nodeMeaning, type NodeReading } from '../../../../../scripts/faults/node/node-targets.ts';
import { freeze, powerLoss, reboot, replacement } from '../../../../support/faults.ts';

const { unread, judge, isAsBefore } = nodeMeaning;
const isHealed = isHealedBy(nodeMeaning);
const there: NodeReading = { insider: 'answers', start: '100', marks: null };
const again: NodeReading = { insider: 'gone', start: '200', marks: null };
const away = (insider: NodeReading['insider']): NodeReading => ({ insider, start: null, marks: null });
const judged = (fault: NodeFault, during: NodeReading, before = there) =>
  judge(fault, { baseline: there, before, during, after: there });
const healed = (fault: NodeFault, after: NodeReading): boolean =>
  isHealed(fault, { baseline: there, before: there, during: away('gone'), after });

describe('a node is away as was asked', () => {
  test.each<[NodeFault, NodeReading]>([
    [freeze, away('silent')],
    [powerLoss, away('gone')],
    [reboot, away('told')],
    [reboot, away('gone')],
    [replacement, away('gone')],
  ])('$kind', (fault, during) => {
    expect(judged(fault, during)).toMatchObject({ ok: true, measured: { before: 0, during: 1, after: 0 } });
  });

  test.each<[NodeFault, NodeReading, RegExp]>([
    [freeze, there, /"answers", not "silent", and the node let others in/],
    [freeze, away('gone'), /"gone", not "silent"/],
    [freeze, { insider: 'silent', start: '100', marks: null }, /let others in/],
    [powerLoss, away('silent'), /"silent", not "gone"/],
    [powerLoss, away('told'), /"told", not "gone"/],
    [powerLoss, unread, /"not asked"/],
    [reboot, away('silent'), /not "told" or "gone"/],
  ])('and not otherwise: %o %o', (fault, during, why) => {
    expect(judged(fault, during)).toMatchObject({ ok: false, why });
  });

  test('and not where it was away before', () => {
    expect(judged(powerLoss, away('gone'), away('gone'))).toMatchObject({ ok: false });
  });
});

test('one that stood still goes on, with all that was in it; one that was killed has started anew', () => {
  expect(healed(freeze, there)).toBe(true);
  expect(healed(freeze, { insider: 'silent', start: '100', marks: null })).toBe(false);
  expect(healed(freeze, again)).toBe(false);
  expect(healed(powerLoss, again)).toBe(true);
  expect(healed(powerLoss, there)).toBe(false);
  expect(healed(reboot, away('gone'))).toBe(false);
});

describe('a node is another one', () => {
  const marked = { ...there, marks: 2 };
  const replaced = (after: NodeReading, before: NodeReading = marked): boolean =>
    isHealed(replacement, { baseline: there, before, during: away('gone'), after });

  test('where it began anew, and has nothing of what its disks held', () => {
    expect(replaced({ ...again, marks: 0 })).toBe(true);
  });

  test.each<[string, NodeReading, NodeReading]>([
    ['it was started again', { ...again, marks: 2 }, marked],
    ['one of its disks is what it was', { ...again, marks: 1 }, marked],
    ['it never went', { ...there, marks: 0 }, marked],
    ['it is still away', away('gone'), marked],
    ['nobody looked at its disks', again, marked],
    ['nothing was put there', { ...again, marks: 0 }, there],
  ])('and not where %s', (_what, after, before) => {
    expect(replaced(after, before)).toBe(false);
  });
});

test('another node is as before where it lets others in and has not started anew', () => {
  const beside: NodeReading = { insider: null, start: '7', marks: null };
  expect(isAsBefore(beside, beside)).toBe(true);
  expect(isAsBefore(beside, { ...beside, start: '8' })).toBe(false);
  expect(isAsBefore(beside, unread)).toBe(false);
});
