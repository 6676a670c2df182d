import { UsageError } from './errors.ts';

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Longer would not be a limit, and much longer is no date. */
const maxMs = 3650 * unitMs.d;

/** "90m", "8h", "1h30m", "2d" → ms. UsageError for anything else, and for nothing. */
export function parseDurationMs(text: string): number {
  const [written, d = '0', h = '0', m = '0', s = '0'] =
    /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? [];
  const ms = Number(d) * unitMs.d + Number(h) * unitMs.h + Number(m) * unitMs.m + Number(s) * unitMs.s;
  if (written !== undefined && ms > 0 && ms <= maxMs) return ms;
  throw new UsageError('duration', `"${text}" is no duration`, {
    hint: 'whole numbers with a unit of d, h, m or s each, the largest first, such as 90m, 8h or 1h30m; from 1s to 3650d',
  });
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
