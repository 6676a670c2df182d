import { z } from 'zod';
import { absolutePath } from '../../images/stack.ts';

const roleOrNode = z.string().regex(/^[a-z][a-z0-9-]*$/, 'name of a role or node');
const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and "-", starting with a letter');

/**
 * A cut through a network whose parts the seed picks, among the nodes of a role or all of them: `count` nodes and everybody
 * else (isolate), fewer than half and the rest (minority), both halves, both halves but for one node that sees both
 * (bridge), each node and all but its two neighbours (ring). `way`: as the smaller part sees it.
 */
const NetworkShape = z.strictObject({
  shape: z.enum(['isolate', 'minority', 'halves', 'bridge', 'ring']),
  among: z.union([z.literal('*'), roleOrNode]).default('*'),
  count: z.int().positive().default(1),
  way: z.enum(['both', 'in', 'out']).default('both'),
});
export type NetworkShape = z.infer<typeof NetworkShape>;

/** Directed links by role or node name; `both: true` adds the opposite direction. */
const LinkTarget = z.union([
  z.literal('all'),
  NetworkShape,
  z
    .array(
      z.strictObject({
        from: z.union([z.literal('*'), roleOrNode]),
        to: z.union([z.literal('*'), roleOrNode]),
        both: z.boolean().default(false),
      }),
    )
    .min(1),
]);

/** Per-node disks by role or node name; without `path` every disk of that role. `all` leaves shared volumes alone. */
const DiskTarget = z.union([
  z.literal('all'),
  z.array(z.strictObject({ node: roleOrNode, path: absolutePath.optional() })).min(1),
]);

/**
 * When a fault holds, in ms after the first suite began: it starts at a moment inside `from` that the seed picks, and
 * ends at `untilMs`, or after a time that the seed picks inside `lastsMs`; with `again` it comes as often as `times` says,
 * each time that much after the one before. Without `from` it holds during the whole run: from before the first suite to
 * after the last one.
 */
const span = z.tuple([z.int().nonnegative(), z.int().nonnegative()]);
const timing = {
  from: span.optional(),
  untilMs: z.int().positive().optional(),
  lastsMs: span.optional(),
  again: z.strictObject({ times: z.int().min(2).max(50), everyMs: span }).optional(),
};
/** A rate is measured by a flood, which has no place beside a suite: without a measurement there is no receipt. */
const wholeRun = z.never({
  error: 'a rate holds during the whole run: it cannot be confirmed beside a suite',
});
const wholeRunOnly = {
  from: wholeRun.optional(),
  untilMs: wholeRun.optional(),
  lastsMs: wholeRun.optional(),
  again: wholeRun.optional(),
};
const named = { name };
const onLinks = { ...named, ...timing, on: z.strictObject({ links: LinkTarget }) };
const onDisks = { ...named, ...timing, on: z.strictObject({ disks: DiskTarget }) };

/**
 * What can be confirmed: below a millisecond a delay and a spread are lost in the noise of any host, and below 0.001 a loss
 * is not told from none by as many probes as a run sends (scripts/faults/link-receipts.ts). For `links:` of a spec, too.
 */
export const linkValues = {
  delayMs: z.number().min(1).max(10_000),
  jitterMs: z.number().min(1).max(5_000),
  lossRatio: z.number().min(0.001).lt(1),
  rateMbit: z.number().min(0.1).max(10_000),
};

/** Of the largest disk that a spec can ask for. */
const mostBytes = 1_048_576 * 1024 * 1024;
const mostInodes = mostBytes / 1024;

/**
 * Milliseconds are one way, and a jitter is ± around the delay, or around itself where there is less; a ratio is 0 to 1;
 * rates are 10^6 bit a second. What is reordered comes `byMs` later, behind what was sent after it; what is corrupted has
 * one bit of its payload turned over.
 */
export const Fault = z.discriminatedUnion('kind', [
  z.strictObject({
    ...onLinks,
    kind: z.literal('network.delay'),
    delayMs: linkValues.delayMs,
  }),
  z.strictObject({
    ...onLinks,
    kind: z.literal('network.jitter'),
    jitterMs: linkValues.jitterMs,
  }),
  z.strictObject({ ...onLinks, kind: z.literal('network.loss'), lossRatio: linkValues.lossRatio }),
  z.strictObject({
    ...onLinks,
    kind: z.literal('network.duplicate'),
    duplicateRatio: linkValues.lossRatio,
  }),
  z.strictObject({
    ...onLinks,
    kind: z.literal('network.reorder'),
    // Of more, too few are left that could overtake.
    reorderRatio: linkValues.lossRatio.max(0.5),
    byMs: z.number().min(5).max(1_000).default(20),
  }),
  z.strictObject({ ...onLinks, kind: z.literal('network.corrupt'), corruptRatio: linkValues.lossRatio }),
  z.strictObject({
    ...onLinks,
    ...wholeRunOnly,
    kind: z.literal('network.rate'),
    rateMbit: linkValues.rateMbit,
  }),
  z.strictObject({ ...onLinks, kind: z.literal('network.partition') }),
  z.strictObject({ ...onDisks, kind: z.literal('disk.space'), freeBytes: z.int().min(0).max(mostBytes) }),
  z.strictObject({ ...onDisks, kind: z.literal('disk.inodes'), freeInodes: z.int().min(0).max(mostInodes) }),
  z.strictObject({ ...onDisks, kind: z.literal('disk.readonly') }),
]);
export type Fault = z.infer<typeof Fault>;
export type FaultKind = Fault['kind'];

/** A named set of faults: one file in infra/profiles/ or in the user's own repository. */
export const Profile = z.strictObject({
  name,
  description: z.string().min(1),
  faults: z.array(Fault).min(1),
});
export type Profile = z.infer<typeof Profile>;
