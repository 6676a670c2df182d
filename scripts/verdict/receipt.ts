import { z } from 'zod';
import { JitterDistribution } from '../../infra/spec/faults/jitter-distribution.ts';

/** What was asked of one fault on one target, what the victim saw of it, and whether that agrees (contracts: Receipts). */
export const Receipt = z.strictObject({
  fault: z.string(),
  kind: z.string(),
  target: z.string(),
  requested: z.number(),
  measured: z.strictObject({ before: z.number(), during: z.number(), after: z.number() }),
  unit: z.enum(['ms', 'ratio', 'bit/s', 'byte', 'inode', 'process', 'file', 'call', 'bool']),
  /** Samples of the measurement "during". */
  n: z.int().nonnegative(),
  tolerance: z.number(),
  ok: z.boolean(),
  bystandersOk: z.boolean(),
  healedOk: z.boolean(),
  /** Where `healedOk` is false, what of it is not as it was before; absent where it is true, and in receipts of earlier versions. */
  whyNotHealed: z.string().optional(),
  /** True where `healedOk` was not measured: the node has ended, and took what was on it along. */
  goneWithNode: z.literal(true).optional(),
  /** Where `bystandersOk` is false, which of them were not as before, and in what; absent as `whyNotHealed`. */
  whyTouched: z.string().optional(),
  /** Beyond the contract: 95th percentile, confidence, how many bystanders were measured, why it is not ok. */
  p95: z.number().optional(),
  confidence: z.number().optional(),
  interval: z.tuple([z.number(), z.number()]).optional(),
  /** Of losses in bursts: how many packets in a row on average, asked and measured, of n bursts. */
  bursts: z
    .strictObject({
      requested: z.number(),
      measured: z.number(),
      interval: z.tuple([z.number(), z.number()]),
      n: z.int().nonnegative(),
    })
    .optional(),
  /** Of what is to come at once on several targets: within how many ms it was to, and did, on how many of them. */
  together: z
    .strictObject({ requestedMs: z.number(), measuredMs: z.number(), n: z.int().nonnegative() })
    .optional(),
  /**
   * Of a jitter with a distribution: that which the delays are most like, how far they are from the one asked (Kolmogorov and
   * Smirnov), how far they may be, and which delay 5, 50 and 95 % of them do not exceed.
   */
  shape: z
    .strictObject({
      requested: JitterDistribution,
      nearest: JitterDistribution,
      distance: z.number(),
      tolerance: z.number(),
      quantilesMs: z.tuple([z.number(), z.number(), z.number()]),
    })
    .optional(),
  /** Of a delay or a jitter of which more came at first than was asked: how often it was looked at, the last of which counts. */
  looks: z.int().min(2).optional(),
  /** Of what goes by the control: so many times what its target held at most in that, bytes. */
  control: z.strictObject({ times: z.number(), heldBytes: z.number() }).optional(),
  bystanders: z.int().nonnegative(),
  /** Of how many the seed chose them; absent where all of them were looked at. */
  bystandersOf: z.int().nonnegative().optional(),
  /** What they read: the most that a median grew, ms, and how many of their probes were lost. Absent without any. */
  bystanderReading: z
    .strictObject({ addedMs: z.number(), lost: z.int().nonnegative(), sent: z.int().nonnegative() })
    .optional(),
  /** ms after the first suite began; null before that. Without the time that measuring took. */
  injectedAtMs: z.number().nullable(),
  healedAtMs: z.number().nullable(),
  /**
   * Of a fault in a window that was to end: how long it was asked for, and for how long it was in force, ms. `note`: why that
   * was less, where the receipt holds all the same.
   */
  lasted: z.strictObject({ askedMs: z.number(), heldMs: z.number(), note: z.string().optional() }).optional(),
  injectTookMs: z.number(),
  healTookMs: z.number(),
  driver: z.string(),
  why: z.string(),
  /** Small series for the report's plot: what each sample read, at most 200 of them. */
  samples: z.strictObject({
    before: z.array(z.number()),
    during: z.array(z.number()),
    after: z.array(z.number()),
  }),
});
export type Receipt = z.infer<typeof Receipt>;
