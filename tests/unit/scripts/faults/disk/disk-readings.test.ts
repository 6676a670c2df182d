import { expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDiskAsBefore, readDisk } from '../../../../../scripts/faults/disk/disk-readings.ts';
import { Resident } from '../../../../../scripts/faults/disk/resident.ts';
import { thisMachine } from '../../../../support/fake-node.ts';
import { roomy } from '../../../../support/roomy.ts';

const never = new AbortController().signal;

test('a healed disk has what it had, but for what an application may have used', () => {
  expect(isDiskAsBefore(roomy, roomy)).toBe(true);
  expect(isDiskAsBefore(roomy, { ...roomy, freeBytes: roomy.freeBytes - 500_000 })).toBe(true);
  expect(isDiskAsBefore(roomy, { ...roomy, freeBytes: 65_536 })).toBe(false);
  expect(isDiskAsBefore(roomy, { ...roomy, freeInodes: 0 })).toBe(false);
  expect(isDiskAsBefore(roomy, { ...roomy, createError: 'Read-only file system' })).toBe(false);
  expect(isDiskAsBefore(roomy, { ...roomy, freeBytes: -1 })).toBe(false);
  const resident = { ...roomy, residentError: '' };
  expect(isDiskAsBefore(resident, { ...roomy, residentError: 'Read-only file system' })).toBe(false);
});

test('a reading is of the real disk, and leaves nothing on it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-disk-'));
  try {
    const reading = await readDisk(thisMachine, folder, { bytes: 4096, files: 3 }, never);
    expect(reading).toMatchObject({ writeError: '', createError: '' });
    expect(reading.freeBytes).toBeGreaterThan(0);
    expect(reading.freeInodes).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual([]);
    // Larger than any disk: refused, and nothing of it stays.
    expect((await readDisk(thisMachine, folder, { bytes: 2 ** 52, files: 1 }, never)).writeError).not.toBe(
      '',
    );
    expect(readdirSync(folder)).toEqual([]);
    expect(
      (await readDisk(thisMachine, join(folder, 'nowhere'), { bytes: 4096, files: 1 }, never)).freeBytes,
    ).toBe(-1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a resident tries a file where it is, and ends when it is told to leave', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-disk-'));
  const resident = await Resident.enter(thisMachine, folder);
  try {
    expect(await resident.createError()).toBe('');
    expect(readdirSync(folder)).toEqual([]);
    // It is where it was: what is found by the path meanwhile is no matter to it.
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    expect(await resident.createError()).toMatch(/cannot create/);
  } finally {
    resident.leave();
    rmSync(folder, { recursive: true, force: true });
  }
  await expect(resident.createError()).rejects.toThrow(/has ended/);
  await expect(Resident.enter(thisMachine, join(folder, 'nowhere'))).rejects.toThrow(/has ended/);
});
