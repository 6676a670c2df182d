import { describe, expect, test } from '@jest/globals';
import { isHealedBy } from '../../../../support/is-healed.ts';
import { driftMeaning, type PackageReading } from '../../../../../scripts/faults/drift/drift-meaning.ts';
import { installedVersion } from '../../../../../scripts/faults/drift/drift-targets.ts';
import { missingPackage, otherProject, otherVersion } from '../../../../support/faults.ts';

const { judge, isAsBefore, unread } = driftMeaning;
const isHealed = isHealedBy(driftMeaning);
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

describe('a package has another version', () => {
  const own = { reported: '2026b', installed: '2026b-0+deb12u1' };
  const other = { reported: '2025b', installed: '2025b-0+deb12u1' };
  const around = { baseline: own, before: own, during: other, after: own };

  test('when its software says that version, and its manager has it', () => {
    expect(judge(otherVersion, around)).toMatchObject({
      ok: true,
      measured: { before: 0, during: 1, after: 0 },
      why: '',
    });
    expect(isHealed(otherVersion, around)).toBe(true);
  });

  test('and not when one of the two says otherwise, when it had that before, or when it cannot be run', () => {
    const others = [
      { ...around, during: own },
      { ...around, during: { ...other, reported: own.reported } },
      { ...around, during: { ...other, installed: own.installed } },
      { ...around, during: { ...other, reported: null } },
      { ...around, during: unread },
      { ...around, before: other },
      { ...around, before: { ...own, reported: null } },
      { ...around, before: { ...own, installed: null } },
    ];
    for (const one of others) expect(judge(otherVersion, one).ok).toBe(false);
    expect(judge(otherVersion, { ...around, during: { ...other, installed: null } }).why).toBe(
      'tzdata: before its command said "2026b", and dpkg had 2026b-0+deb12u1 installed, then its command said "2025b", and dpkg had none installed',
    );
    expect(judge(otherProject, { ...around, during: unread }).why).toMatch(/Python was not to be asked$/);
  });

  test('and not by another revision of what says the same of itself', () => {
    const fault = { ...otherVersion, version: '2026b-1' };
    const during = { reported: '2026b', installed: '2026b-1' };
    expect(judge(fault, { ...around, during }).ok).toBe(false);
  });

  test('which has not healed while it is there', () => {
    expect(judge(otherVersion, { ...around, after: other }).measured.after).toBe(1);
    expect(isHealed(otherVersion, { ...around, after: other })).toBe(false);
  });

  test.each<[manager: 'apt' | 'pip', version: string, during: PackageReading, ok: boolean]>([
    [
      'apt',
      '3.0.17',
      { reported: 'OpenSSL 3.0.17 1 Jul 2025 (Library: 3.0.17)', installed: '3.0.17-1~deb12u2' },
      true,
    ],
    ['apt', '3.0.1', { reported: 'OpenSSL 3.0.17 1 Jul 2025', installed: '3.0.17-1~deb12u2' }, false],
    ['apt', '3.0.17-1~deb12u2', { reported: 'OpenSSL 3.0.17', installed: '3.0.17-1~deb12u2' }, true],
    ['apt', '5:7.0.15-1', { reported: 'Redis server v=7.0.15 bits=64', installed: '5:7.0.15-1' }, true],
    ['apt', '1.7.1', { reported: 'jq-1.7.1', installed: '1.7.1-2' }, true],
    ['apt', '9.5.0+dfsg', { reported: 'v9.5.0.', installed: '9.5.0+dfsg-1' }, true],
    ['pip', '10.4.0', { reported: '10.4.0', installed: '10.4.0' }, true],
    ['pip', '10.4', { reported: '10.4', installed: '10.4.0' }, false],
    ['pip', '1.2.0+cpu', { reported: '1.2.0+cpu', installed: '1.2.0+cpu' }, true],
  ])('%s: %s as %j is %j', (manager, version, during, ok) => {
    const fault = { ...otherVersion, manager, version };
    expect(judge(fault, { ...around, during }).ok).toBe(ok);
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
