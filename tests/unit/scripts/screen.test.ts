import { afterEach, describe, expect, test } from '@jest/globals';
import { screenOf } from '../../../scripts/screen.ts';

const names = ['NO_COLOR', 'TERM', 'CI', 'FORCE_COLOR'] as const;
const before = names.map((name) => process.env[name]);
const set = (changes: Partial<Record<(typeof names)[number], string>>): void => {
  for (const name of names) {
    const value = changes[name];
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
};
afterEach(() => {
  set(
    Object.fromEntries(
      names.flatMap((name, index) => (before[index] === undefined ? [] : [[name, before[index]]])),
    ),
  );
});

const red = (isTTY: boolean): string => screenOf({ isTTY }).colours.red('x');

describe('colours', () => {
  test('are for a terminal', () => {
    set({ TERM: 'xterm' });
    expect([red(true), red(false)]).toEqual(['\u001b[31mx\u001b[39m', 'x']);
  });

  test.each([[{ NO_COLOR: '1', TERM: 'xterm' }], [{ TERM: 'dumb' }]])('are not for %j', (environment) => {
    set(environment);
    expect(red(true)).toBe('x');
  });

  test('are not for a pipe in CI either', () => {
    set({ TERM: 'xterm', CI: 'true', FORCE_COLOR: '1' });
    expect(red(false)).toBe('x');
  });
});

test('nothing is wrapped in a pipe', () => {
  expect([screenOf({ isTTY: true, columns: 90 }).columns, screenOf({ columns: 90 }).columns]).toEqual([
    90,
    Infinity,
  ]);
});
