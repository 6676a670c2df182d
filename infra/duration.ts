import { UsageError } from './errors.ts';

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof unitMs;

/** "90m", "8h", "1h30m", "2d" → ms. UsageError for anything else, and for nothing. */
export function parseDurationMs(text: string): number {
  const parts = [...text.matchAll(/(\d+)([smhd])/g)];
  const ms = parts.reduce((sum, [, count = '', unit = '']) => sum + Number(count) * unitMs[unitOf(unit)], 0);
  if (parts.map(([part]) => part).join('') !== text || !Number.isSafeInteger(ms) || ms <= 0) {
    throw new UsageError('duration', `"${text}" is no duration`, {
      hint: 'a number and a unit of s, m, h or d, such as 90m, 8h or 1h30m',
    });
  }
  return ms;
}

/** The two largest units: "2 d 3 h", "14 min 5 s"; for people, not for reading back. */
export function formatDuration(ms: number): string {
  const names: readonly (readonly [string, number])[] = [
    ['d', unitMs.d],
    ['h', unitMs.h],
    ['min', unitMs.m],
    ['s', unitMs.s],
  ];
  const first = names.findIndex(([, size]) => ms >= size);
  if (first === -1) return '0 s';
  let rest = ms;
  return names
    .slice(first, first + 2)
    .map(([name, size]) => {
      const count = Math.floor(rest / size);
      rest -= count * size;
      return count === 0 ? '' : `${count} ${name}`;
    })
    .filter((part) => part !== '')
    .join(' ');
}

function unitOf(letter: string): Unit {
  switch (letter) {
    case 's':
    case 'm':
    case 'h':
    case 'd':
      return letter;
    default:
      throw new Error(`not a unit of time: ${letter}`);
  }
}
