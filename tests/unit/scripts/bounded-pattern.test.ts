import { describe, expect, test } from '@jest/globals';
import { BoundedPattern, PatternTooSlow } from '../../../scripts/bounded-pattern.ts';

/** Tries 2 to the power of its letters. */
const endless = '^(([a-z0-9 ])+.)+!$';

describe('an expression that an author wrote', () => {
  test.each([
    ['became leader', 'node 2 became leader', true],
    ['became leader', 'node 2 became', false],
    ['^step \\d+$', 'step 12', true],
    ['^step \\d+$', 'step x', false],
    [endless, 'short!', true],
  ])('%s of "%s" is %s', (source, text, expected) => {
    expect(new BoundedPattern(source).test(text)).toBe(expected);
  });

  test('is asked line by line where it says so', () => {
    expect(new BoundedPattern('^b+$', 'm').test('a\nb\nc')).toBe(true);
    expect(new BoundedPattern('^b$').test('a\nb\nc')).toBe(false);
  });

  test('is given up where it would take for ever, and answers the next text all the same', () => {
    const pattern = new BoundedPattern(endless);
    expect(() => pattern.test('a'.repeat(64))).toThrow(PatternTooSlow);
    expect(pattern.test('a!')).toBe(false);
    expect(pattern.test('ab!')).toBe(true);
  });
});
