import { z } from 'zod';
import { absolutePath, oneLine, unitName } from '../../../images/stack.ts';
import { isPattern } from './pattern.ts';
import { roleOrNode } from './targets.ts';

/** Of a role, the first node on which it happens. */
const on = { node: roleOrNode };
const matches = oneLine.refine(isPattern, 'a regular expression');

/** Something that happens while the suites run. What was there before them counts where it still is (`file`, `port`). */
export const FaultEvent = z
  .strictObject({
    /** A line of the node's journal, or of one unit's; of its output where its role runs no systemd. */
    log: z.strictObject({ ...on, unit: unitName.optional(), matches }).optional(),
    /** There is a file or folder. */
    file: z.strictObject({ ...on, path: absolutePath }).optional(),
    /** Something listens. */
    port: z.strictObject({ ...on, port: z.int().min(1).max(65535) }).optional(),
    /** A suite begins, or says a line. */
    suite: z.strictObject({ name: z.string().min(1), says: matches.optional() }).optional(),
  })
  .refine(
    ({ log, file, port, suite }) => [log, file, port, suite].filter((one) => one !== undefined).length === 1,
    'exactly one of "log", "file", "port" and "suite"',
  );
export type FaultEvent = z.infer<typeof FaultEvent>;

const span = z.tuple([z.int().nonnegative(), z.int().nonnegative()]);

/** A fault begins so long after an event, ms; where that has not come `byMs` after the first suite began, the run is invalid. */
export const AfterEvent = z.strictObject({
  event: FaultEvent,
  thenMs: span.default([0, 0]),
  byMs: z.int().positive().max(86_400_000).default(60_000),
});
export type AfterEvent = z.infer<typeof AfterEvent>;

/** Pure: the event in words that go behind "when". */
export function eventWords({ log, file, port, suite }: FaultEvent): string {
  if (log !== undefined)
    return `${log.unit ?? 'the log'} of ${log.node} has a line that matches ${log.matches}`;
  if (file !== undefined) return `${file.path} is there on ${file.node}`;
  if (port !== undefined) return `something listens on port ${port.port} of ${port.node}`;
  if (suite?.says !== undefined) return `suite ${suite.name} says a line that matches ${suite.says}`;
  return `suite ${suite?.name ?? ''} begins`;
}
