import { describe, expect, test } from '@jest/globals';
import type { DiskFault } from '../../../../../infra/spec/fault.ts';
import { judgeDisk, tooMuch, whyDiskNotHealed } from '../../../../../scripts/faults/disk/disk-faults.ts';
import { blockBytes, liveUse, type DiskReading } from '../../../../../scripts/faults/disk/disk-readings.ts';
import { inodes, readOnly, space } from '../../../../support/faults.ts';
import { roomy } from '../../../../support/roomy.ts';

const full = 'fallocate: No space left on device';
const judged = (fault: DiskFault, during: Partial<DiskReading>, before: DiskReading = roomy): boolean =>
  judgeDisk(fault, before, { ...roomy, ...during }, roomy).ok;

describe('a disk that was to be filled', () => {
  test('is, where what is free is what was asked and a larger write is refused', () => {
    expect(judged(space(0), { freeBytes: 0, writeError: full })).toBe(true);
    expect(judged(space(65_536), { freeBytes: 65_536 + blockBytes, writeError: full })).toBe(true);
    // A live application may have used some of it meanwhile, or freed some.
    expect(judged(space(2_097_152), { freeBytes: 1_500_000, writeError: full })).toBe(true);
    expect(judged(space(2_097_152), { freeBytes: 2_129_920, writeError: full })).toBe(true);
  });

  test.each<[string, Partial<DiskReading>]>([
    ['more is free', { freeBytes: 65_536 + liveUse.bytes + 1, writeError: full }],
    ['a larger write went through', { freeBytes: 65_536, writeError: '' }],
    ['a write failed for another reason', { freeBytes: 65_536, writeError: 'Permission denied' }],
    ['it could not be read', { freeBytes: -1, writeError: full }],
  ])('is not where %s; the receipt says what was seen', (_what, during) => {
    expect(judgeDisk(space(65_536), roomy, { ...roomy, ...during }, roomy)).toMatchObject({
      ok: false,
      why: expect.stringContaining(String(during.freeBytes)),
    });
  });

  test('is told apart from one that nothing was done to, however little was to be taken', () => {
    const before: DiskReading = { ...roomy, freeBytes: 2_097_152 };
    expect(judged(space(1_900_000), { freeBytes: 2_097_152, writeError: full }, before)).toBe(false);
    expect(judged(space(1_900_000), { freeBytes: 1_900_544, writeError: full }, before)).toBe(true);
  });

  test('is asked for more than it may have left', () => {
    expect(tooMuch(space(65_536)).bytes).toBeGreaterThan(65_536 + liveUse.bytes);
    expect(tooMuch(inodes(3)).files).toBeGreaterThan(3 + liveUse.inodes);
  });
});

describe('a disk without inodes', () => {
  test('is one on which no file can be made', () => {
    expect(judged(inodes(0), { freeInodes: 0, createError: 'No space left on device' })).toBe(true);
    expect(judged(inodes(0), { freeInodes: 0, createError: '' })).toBe(false);
    expect(judged(inodes(0), { freeInodes: 1, createError: 'No space left on device' })).toBe(true);
    expect(judged(inodes(0), { freeInodes: 65, createError: 'No space left on device' })).toBe(false);
    expect(judged(inodes(10), { freeInodes: 8, createError: '' })).toBe(false);
    expect(judged(inodes(0), { freeInodes: -1, createError: 'No space left on device' })).toBe(false);
  });
});

describe('a disk that was to be read-only', () => {
  const readOnlySays = 'Read-only file system';
  const before: DiskReading = { ...roomy, residentError: '' };
  const refuses: DiskReading = { ...roomy, createError: readOnlySays, residentError: readOnlySays };

  test('is one that refuses a file as such, and did not before', () => {
    expect(judged(readOnly, refuses, before)).toBe(true);
    expect(judged(readOnly, refuses, refuses)).toBe(false);
    expect(judged(readOnly, { ...refuses, createError: 'Permission denied' }, before)).toBe(false);
    expect(judgeDisk(readOnly, before, refuses, before)).toMatchObject({
      unit: 'bool',
      requested: 1,
      measured: { before: 0, during: 1, after: 0 },
    });
  });

  test.each([
    ['goes through', ''],
    ['was not tried', null],
  ])('is not one where a write of a process that has been inside since before %s', (_what, residentError) => {
    expect(judgeDisk(readOnly, before, { ...refuses, residentError }, before)).toMatchObject({
      ok: false,
      measured: { before: 0, during: 0, after: 0 },
      why: expect.stringContaining('inside since before'),
    });
  });

  test('is still read-only where any of both is refused', () => {
    const half: DiskReading = { ...before, residentError: readOnlySays };
    expect(judgeDisk(readOnly, before, refuses, half).measured.after).toBe(1);
    expect(judged(readOnly, refuses, half)).toBe(false);
  });
});

describe('after a long window, in which an application kept writing,', () => {
  const after = (change: Partial<DiskReading>): DiskReading => ({ ...roomy, ...change });

  test('a disk has healed where it used no more than the fault left it, and as much as it liked of anything else', () => {
    const used = { freeBytes: roomy.freeBytes - 2_500_000, freeInodes: 100 };
    expect(whyDiskNotHealed(space(2_000_000), roomy, after(used))).toBe('');
    expect(whyDiskNotHealed(space(65_536), roomy, after(used))).not.toBe('');
    const made = { freeBytes: 8192, freeInodes: roomy.freeInodes - 70 };
    expect(whyDiskNotHealed(inodes(10), roomy, after(made))).toBe('');
    expect(whyDiskNotHealed(inodes(0), roomy, after(made))).not.toBe('');
  });

  test('a forgotten undo is seen all the same', () => {
    expect(whyDiskNotHealed(space(2_000_000), roomy, after({ freeBytes: 2_000_000 }))).not.toBe('');
    expect(whyDiskNotHealed(inodes(10), roomy, after({ freeInodes: 10 }))).not.toBe('');
    expect(whyDiskNotHealed(readOnly, roomy, after({ createError: 'Read-only file system' }))).not.toBe('');
  });

  test('a disk that was read-only is judged by its errors alone', () => {
    expect(whyDiskNotHealed(readOnly, roomy, after({ freeBytes: 0, freeInodes: 0 }))).toBe('');
    const resident = { ...roomy, residentError: '' };
    expect(whyDiskNotHealed(readOnly, resident, after({ residentError: 'Read-only file system' }))).not.toBe(
      '',
    );
    expect(whyDiskNotHealed(readOnly, roomy, after({ freeBytes: -1 }))).not.toBe('');
  });
});
