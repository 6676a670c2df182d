import { z } from 'zod';
import { onNodes } from './targets.ts';
import { timing } from './timing.ts';

const common = { ...timing, ...onNodes };

/** Twenty years: a time of day stays later than any uptime, so that it can be told which of the two a program means. */
const mostMs = 20 * 365.25 * 86_400_000;

/**
 * What the processes of a node's units (`units:`) take for the time. `offset`: it jumps, forward or back. `rate`: from then
 * on it runs fast, or slow where `driftPpm` is negative. `zone`: the node is in another zone, and its units are restarted,
 * since a process keeps the zone that it began with.
 *
 * Less than a second is lost in the time that asking a node from outside takes, and a drift of less than 100 ppm in the
 * time for which two clocks can be compared.
 */
export const clockFaults = [
  z.strictObject({
    ...common,
    kind: z.literal('clock.offset'),
    offsetMs: z
      .int()
      .min(-mostMs)
      .max(mostMs)
      .refine((ms) => Math.abs(ms) >= 1_000, 'at least a second, forward or back (negative)'),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('clock.rate'),
    driftPpm: z
      .int()
      .min(-500_000)
      .max(1_000_000)
      .refine((ppm) => Math.abs(ppm) >= 100, 'at least 100, or at most -100'),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('clock.zone'),
    zone: z.string().refine(isZone, 'the name of a time zone, such as Pacific/Chatham'),
  }),
] as const;

/** Names only ("+05:00" is none): it is to be a file below /usr/share/zoneinfo. */
function isZone(name: string): boolean {
  if (!/^[A-Z][A-Za-z0-9_+-]*(\/[A-Z][A-Za-z0-9_+-]*)*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
