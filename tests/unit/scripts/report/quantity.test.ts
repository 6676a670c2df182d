import { expect, test } from '@jest/globals';
import {
  counted,
  duration,
  fileSize,
  quantity,
  round,
  seconds,
} from '../../../../scripts/report/quantity.ts';

test.each([
  [80.4321, 'ms', '80.4 ms'],
  [0.0132, 'ms', '0.01 ms'],
  [-89_970.2, 'ms', '-90.0 s'],
  [0.0217, 'ratio', '2.17 %'],
  [9_979_256, 'bit/s', '9.98 Mbit/s'],
  [1_666_249_161, 'bit/s', '1.67 Gbit/s'],
  [120_000, 'bit/s', '120.0 kbit/s'],
  [2_097_152, 'byte', '2 MiB'],
  [65_536, 'byte', '64 KiB'],
  [2_097_153, 'byte', '2,097,153 B'],
  [0, 'byte', '0 B'],
  [4093, 'inode', '4,093 inodes'],
  [1, 'process', '1 process'],
  [16, 'file', '16 files'],
  [0, 'process', '0 processes'],
  [1, 'bool', 'yes'],
  [-1, 'ms', 'not measured'],
  [-1, 'byte', 'not measured'],
] as const)('%d %s is read as "%s"', (value, unit, read) => {
  expect(quantity(value, unit)).toBe(read);
});

test.each([
  [80, 'ms', '80 ms'],
  [2.5, 'ms', '2.5 ms'],
  [90_000, 'ms', '90 s'],
  [0.02, 'ratio', '2 %'],
  [10_000_000, 'bit/s', '10 Mbit/s'],
  [100, 'inode', '100 inodes'],
  [1_048_576, 'byte', '1 MiB'],
] as const)('%d %s as it was asked for is "%s"', (value, unit, read) => {
  expect(round(value, unit)).toBe(read);
});

test('times and sizes', () => {
  expect([seconds(3_716), seconds(87_400)]).toEqual(['3.72 s', '87.4 s']);
  expect([duration(313), duration(59_940), duration(87_400), duration(3_725_000)]).toEqual([
    '313 ms',
    '59.9 s',
    '1 min 27 s',
    '1 h 2 min 5 s',
  ]);
  expect([fileSize(999), fileSize(1_500), fileSize(2_085_780)]).toEqual(['999 B', '1.5 kB', '2.1 MB']);
  expect([counted(1, 'test'), counted(12_345, 'test')]).toEqual(['1 test', '12,345 tests']);
});
