import { expect, test } from '@jest/globals';
import { UsageError } from '../../../infra/errors.ts';
import { formatDuration, parseDurationMs } from '../../../infra/duration.ts';

test.each([
  ['45s', 45_000],
  ['90m', 5_400_000],
  ['1h30m', 5_400_000],
  ['2d', 172_800_000],
  ['3650d', 315_360_000_000],
  ['1h90m', 9_000_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

test.each([
  ...['', '8', 'h', '1.5h', '-1h', '1h 30m', '0s', '8hours', '99999999999999999d'],
  // What Number() would take, what comes twice or out of order, and what is no date any more.
  ...['1e3s', '0x10s', ' 8h', '8h ', '8h\n', '+8h', '٨h', '1h1h', '30m1h', '3651d', '100000000d'],
])('"%s" is refused', (text) => {
  expect(() => parseDurationMs(text)).toThrow(UsageError);
});

test.each([
  [0, '0 s'],
  [61_000, '1 min 1 s'],
  [7_200_000, '2 h'],
  [183_600_000, '2 d 3 h'],
])('%d ms reads as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
