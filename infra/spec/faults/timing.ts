import { z } from 'zod';
import { AfterEvent } from './event.ts';

/** Of a fault or a profile: it stands in tables, draws and file names. */
export const faultName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,59}$/, 'lower-case letters, digits and "-", starting with a letter, at most 60');

/**
 * When a fault holds, in ms after the first suite began: it starts at a moment inside `from` that the seed picks, or so long
 * after an event that it names, and ends at `untilMs`, or after a time that the seed picks inside `lastsMs`; with `again` it comes as often as `times` says,
 * each time that much after the one before. Without `from` it holds during the whole run: from before the first suite to
 * after the last one.
 */
const span = z.tuple([z.int().nonnegative(), z.int().nonnegative()]);

/** What a fault of any kind has beside what it is on. */
export const timing = {
  name: faultName,
  from: z.union([span, AfterEvent]).optional(),
  untilMs: z.int().positive().optional(),
  lastsMs: span.optional(),
  again: z.strictObject({ times: z.int().min(2).max(50), everyMs: span }).optional(),
};

/** For `what` that cannot be measured beside a suite: without a measurement there is no receipt. */
export function wholeRunOnly(what: string) {
  const wholeRun = z.never({
    error: `${what} during the whole run: it cannot be confirmed beside a suite`,
  });
  return {
    from: wholeRun.optional(),
    untilMs: wholeRun.optional(),
    lastsMs: wholeRun.optional(),
    again: wholeRun.optional(),
  };
}
