import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  blockBytes,
  isDiskBack,
  judgeDisk,
  readDisk,
  tooMuch,
  type DiskFault,
  type DiskReading,
} from '../../../../scripts/faults/disk-faults.ts';
import { thisMachine } from '../../../support/fake-node.ts';
import { inodes, readOnly, space } from '../../../support/faults.ts';

const roomy: DiskReading = { freeBytes: 64e6, freeInodes: 4000, writeError: '', createError: '' };
const full = 'fallocate: No space left on device';
const judged = (fault: DiskFault, during: Partial<DiskReading>, before: DiskReading = roomy): boolean =>
  judgeDisk(fault, before, { ...roomy, ...during }, roomy).ok;

describe('a disk that was to be filled', () => {
  test('is, where what is free is what was asked and a larger write is refused', () => {
    expect(judged(space(0), { freeBytes: 0, writeError: full })).toBe(true);
    expect(judged(space(65_536), { freeBytes: 65_536 + blockBytes, writeError: full })).toBe(true);
    // A live application may have used some of it meanwhile.
    expect(judged(space(2_097_152), { freeBytes: 1_500_000, writeError: full })).toBe(true);
  });

  test.each<[string, Partial<DiskReading>]>([
    ['more is free', { freeBytes: 65_536 + 2 * blockBytes, writeError: full }],
    ['a larger write went through', { freeBytes: 65_536, writeError: '' }],
    ['a write failed for another reason', { freeBytes: 65_536, writeError: 'Permission denied' }],
    ['it could not be read', { freeBytes: -1, writeError: full }],
  ])('is not where %s; the receipt says what was seen', (_what, during) => {
    expect(judgeDisk(space(65_536), roomy, { ...roomy, ...during }, roomy)).toMatchObject({
      ok: false,
      why: expect.stringContaining(String(during.freeBytes)),
    });
  });

  test('is asked for more than it may have left', () => {
    expect(tooMuch(space(65_536))).toBeGreaterThan(65_536 + blockBytes);
    expect(tooMuch(inodes(0))).toBeGreaterThan(0);
  });
});

describe('a disk without inodes', () => {
  test('is one on which no file can be made', () => {
    expect(judged(inodes(0), { freeInodes: 0, createError: 'No space left on device' })).toBe(true);
    expect(judged(inodes(0), { freeInodes: 0, createError: '' })).toBe(false);
    expect(judged(inodes(0), { freeInodes: 1, createError: 'No space left on device' })).toBe(false);
    expect(judged(inodes(10), { freeInodes: 8, createError: '' })).toBe(true);
    expect(judged(inodes(0), { freeInodes: -1, createError: 'No space left on device' })).toBe(false);
  });
});

describe('a disk that was to be read-only', () => {
  test('is one that refuses a file as such, and did not before', () => {
    const refuses: DiskReading = { ...roomy, createError: 'Read-only file system' };
    expect(judged(readOnly, refuses)).toBe(true);
    expect(judged(readOnly, refuses, refuses)).toBe(false);
    expect(judged(readOnly, { createError: 'Permission denied' })).toBe(false);
    expect(judgeDisk(readOnly, roomy, refuses, roomy)).toMatchObject({
      unit: 'bool',
      requested: 1,
      measured: { before: 0, during: 1, after: 0 },
    });
  });
});

test('a healed disk has what it had, but for what an application may have used', () => {
  expect(isDiskBack(roomy, roomy)).toBe(true);
  expect(isDiskBack(roomy, { ...roomy, freeBytes: roomy.freeBytes - 500_000 })).toBe(true);
  expect(isDiskBack(roomy, { ...roomy, freeBytes: 65_536 })).toBe(false);
  expect(isDiskBack(roomy, { ...roomy, freeInodes: 0 })).toBe(false);
  expect(isDiskBack(roomy, { ...roomy, createError: 'Read-only file system' })).toBe(false);
  expect(isDiskBack(roomy, { ...roomy, freeBytes: -1 })).toBe(false);
});

test('a reading is of the real disk, and leaves nothing on it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-disk-'));
  try {
    const reading = await readDisk(thisMachine, folder, 4096);
    expect(reading).toMatchObject({ writeError: '', createError: '' });
    expect(reading.freeBytes).toBeGreaterThan(0);
    expect(reading.freeInodes).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual([]);
    // Larger than any disk: refused, and nothing of it stays.
    expect((await readDisk(thisMachine, folder, 2 ** 52)).writeError).not.toBe('');
    expect(readdirSync(folder)).toEqual([]);
    expect((await readDisk(thisMachine, join(folder, 'nowhere'), 4096)).freeBytes).toBe(-1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
