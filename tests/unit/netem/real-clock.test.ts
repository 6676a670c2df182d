import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { realClock } from '../../netem/real-clock.ts';

test('what keeps a clock right is stopped before it is set, and started after it is set back', () => {
  expect(realClock(90_000, true)).toEqual({
    // Run last first.
    undo: [
      ['timedatectl', 'set-ntp', 'true'],
      ['date', '--set=-90seconds'],
    ],
    do: [
      ['timedatectl', 'set-ntp', 'false'],
      ['date', '--set=+90seconds'],
    ],
  });
  expect(realClock(-500, false)).toEqual({
    undo: [['date', '--set=+0.5seconds']],
    do: [['date', '--set=-0.5seconds']],
  });
});

test('it is set back by as much as it was set, in words that a lease takes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -86_400_000, max: 86_400_000 }),
      fc.boolean(),
      (offsetMs, isSynchronised) => {
        const { undo, do: set } = realClock(offsetMs, isSynchronised);
        const by = (commands: typeof undo): number =>
          Number.parseFloat(commands.at(-1)?.[1]?.slice('--set='.length) ?? '');
        expect(by(set)).toBe(offsetMs / 1000);
        expect(by(set) + by(undo)).toBe(0);
        expect([...undo, ...set].flat().filter((word) => /\s|^$/.test(word))).toEqual([]);
      },
    ),
  );
});
