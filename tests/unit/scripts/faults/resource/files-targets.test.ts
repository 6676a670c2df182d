import { describe, expect, test } from '@jest/globals';
import { isHealedBy } from '../../../../support/is-healed.ts';
import {
  filesMeaning,
  filesReading,
  type FilesReading,
} from '../../../../../scripts/faults/resource/files-targets.ts';
import { unitReading } from '../../../../../scripts/faults/units/unit-readings.ts';
import { handles } from '../../../../support/faults.ts';

const may = (fewest: number, most = fewest, processes = 2): FilesReading => ({ fewest, most, processes });
const readings = (before: FilesReading, during: FilesReading, after = before) => ({
  ...{ baseline: before, before, during, after },
});
const judged = (before: FilesReading, during: FilesReading) =>
  filesMeaning.judge(handles(16), readings(before, during));

describe('how many files the processes of a unit may have open', () => {
  test('is what the kernel says of each', () => {
    const stat = (pid: number): string => `${pid} (a b) S ${'0 '.repeat(18)}77`;
    const { processes } = unitReading(
      `process 1024 ${stat(5)}\nprocess 16 ${stat(6)}\nprocess -1 ${stat(7)}\n`,
    );
    expect(processes.map(({ pid, files }) => [pid, files])).toEqual([
      [5, 1024],
      [6, 16],
      [7, -1],
    ]);
    expect(filesReading(processes.slice(0, 2))).toEqual({ fewest: 16, most: 1024, processes: 2 });
    expect(filesReading([])).toEqual(filesMeaning.unread);
  });
});

describe('sixteen files', () => {
  test('are all that each may have', () => {
    expect(judged(may(1024), may(16))).toMatchObject({
      ...{ ok: true, why: '', requested: 16, unit: 'file', n: 2 },
      measured: { before: 1024, during: 16 },
    });
  });

  test.each<[string, FilesReading, FilesReading, RegExp]>([
    ['nothing was done', may(1024), may(1024), /its 2 processes may have 1024 to 1024/],
    ['one of them may have more', may(1024), may(16, 1024), /may have 16 to 1024/],
    ['one of them may have fewer', may(1024), may(8, 16), /may have 8 to 16/],
    ['one of them had no more before', may(16, 1024), may(16), /no more than 16 before/],
    ['there was none before', filesMeaning.unread, may(16), /no process before/],
    ['there is none', may(1024), filesMeaning.unread, /has no process/],
  ])('are not when %s', (_what, before, during, why) => {
    const receipt = judged(before, during);
    expect(receipt.ok).toBe(false);
    expect(receipt.why).toMatch(why);
  });

  test('are healed when each may have as many again', () => {
    const healed = (after: FilesReading): boolean =>
      isHealedBy(filesMeaning)(handles(16), readings(may(1024), may(16), after));
    expect([may(1024), may(1024, 2048), may(16, 1024), filesMeaning.unread].map(healed)).toEqual([
      ...[true, true, false, false],
    ]);
  });

  test('leave a unit beside as it was when none of its processes may have fewer', () => {
    const asBefore = (now: FilesReading): boolean => filesMeaning.isAsBefore(may(1024), now);
    expect([may(1024), may(512, 1024), filesMeaning.unread].map(asBefore)).toEqual([true, false, false]);
  });
});
