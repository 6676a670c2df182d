import { describe, expect, test } from '@jest/globals';
import { driftMeaning, installedVersion } from '../../../../../scripts/faults/drift/drift-targets.ts';
import { missingPackage } from '../../../../support/faults.ts';

const { judge, isHealed, isAsBefore, unread } = driftMeaning;
const there = { reported: 'ncurses 6.4', installed: '6.4-4' };
const gone = { reported: null, installed: null };
const readings = { baseline: there, before: there, during: gone, after: there };

describe('a package is missing', () => {
  test('when its software cannot be run and dpkg has none', () => {
    expect(judge(missingPackage, readings)).toMatchObject({
      ok: true,
      measured: { before: 0, during: 1, after: 0 },
      why: '',
    });
    expect(isHealed(missingPackage, readings)).toBe(true);
  });

  test('and not when one of the two still has it, when it was missing before, or when nobody could be asked', () => {
    const others = [
      { ...readings, during: there },
      { ...readings, during: { ...gone, installed: '6.4-4' } },
      { ...readings, during: { ...there, installed: null } },
      { ...readings, during: unread },
      { ...readings, before: gone },
      { ...readings, before: { ...there, reported: null } },
    ];
    for (const one of others) expect(judge(missingPackage, one).ok).toBe(false);
    expect(judge(missingPackage, { ...readings, during: there }).why).toBe(
      'ncurses-bin: before its command said "ncurses 6.4", and dpkg had 6.4-4 installed, then its command said "ncurses 6.4", and dpkg had 6.4-4 installed',
    );
  });

  test('and has healed only when both say what they said', () => {
    const others = [gone, unread, { ...there, reported: 'ncurses 6.5' }, { ...there, installed: '6.4-5' }];
    for (const after of others) expect(isHealed(missingPackage, { ...readings, after })).toBe(false);
  });
});

test('a bystander without the package is as before, and one that could not be asked is not', () => {
  expect(isAsBefore(gone, gone)).toBe(true);
  expect(isAsBefore(there, gone)).toBe(false);
  expect(isAsBefore(unread, unread)).toBe(false);
});

test.each([
  ['installed 6.4-4\n', 0, '6.4-4'],
  ['not-installed \n', 0, null], // another package names it
  ['config-files 6.4-4\n', 0, null],
  ['', 1, null],
  ['', 127, undefined],
])('dpkg-query that says %j and ends with %i has %j installed', (stdout, exitCode, version) => {
  expect(installedVersion({ stdout, exitCode })).toBe(version);
});
