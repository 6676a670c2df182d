import { z } from 'zod';
import { Receipt } from '../../scripts/verdict/receipt.ts';
import { parts } from './units.ts';

export const contenders = ['raw', 'docker-compose', 'testcontainers', 'understudy'] as const;
export const Contender = z.enum(contenders);
export type Contender = z.infer<typeof Contender>;

const seconds = z.record(z.string(), z.number());

const Cpu = z.strictObject({
  command: z.number(),
  machine: z.number(),
  others: z.number(),
  byProcess: seconds,
  firstSeenMs: z.record(z.string(), z.number()),
});

/** One up or one down, from process start; for testcontainers' down, from the request: it has no command of its own. */
export const Step = z.strictObject({
  /** All containers run, or all and the network are gone, as the engine says. */
  doneMs: z.number(),
  /** The command's own end. */
  exitMs: z.number(),
  cpu: Cpu,
  /** Moments on the way, ms after the start. */
  marksMs: z.record(z.string(), z.number()),
});
export type Step = z.infer<typeof Step>;

/** One contender once. What failed is null and `failure` says why; nothing is tried again. */
export const Attempt = z.strictObject({
  contender: Contender,
  /** Share of the processors that was in use before it began. */
  busyBefore: z.number(),
  up: Step.nullable(),
  down: Step.nullable(),
  /** How its first container differs from the one that Understudy made in this round. */
  differences: z.array(z.string()),
  failure: z.string().nullable(),
});
export type Attempt = z.infer<typeof Attempt>;

const round = { round: z.int().positive(), at: z.iso.datetime() };

export const UpRound = z.strictObject({ ...round, attempts: z.array(Attempt) });
export type UpRound = z.infer<typeof UpRound>;

export const RehearsalRound = z.strictObject({
  ...round,
  busyBefore: z.number(),
  /** From process start to exit. */
  totalMs: z.number().nullable(),
  phasesMs: z.record(z.string(), z.number()),
  cpu: Cpu.nullable(),
  failure: z.string().nullable(),
});
export type RehearsalRound = z.infer<typeof RehearsalRound>;

/** What one receipt said. */
export const Reading = z.strictObject({
  kind: z.string(),
  target: z.string(),
  requested: z.number(),
  measured: z.number(),
  unit: z.string(),
  n: z.int(),
  /** How many links without a fault were measured beside it, and what they read. */
  bystanders: z.int(),
  bystandersOk: z.boolean(),
  bystanderReading: Receipt.shape.bystanderReading,
  healedOk: z.boolean(),
});
export type Reading = z.infer<typeof Reading>;

export const AccuracyRound = z.strictObject({
  ...round,
  busyBefore: z.number(),
  readings: z.array(Reading),
  failure: z.string().nullable(),
});
export type AccuracyRound = z.infer<typeof AccuracyRound>;

/** Measured on one commit: another one begins its part anew. */
const measured = { commit: z.string(), date: z.iso.date() };
const AccuracyPart = z.strictObject({
  ...measured,
  kind: z.literal('accuracy'),
  rounds: z.array(AccuracyRound),
});

export const PartResult = z.discriminatedUnion('kind', [
  z.strictObject({
    ...measured,
    kind: z.literal('up'),
    nodes: z.int(),
    init: z.enum(['image', 'systemd']),
    /** What each contender is, with its version. */
    contenders: z.partialRecord(Contender, z.string()),
    /** Contenders that this machine does not have, and why. */
    missing: z.partialRecord(Contender, z.string()),
    rounds: z.array(UpRound),
  }),
  z.strictObject({ ...measured, kind: z.literal('rehearsal'), rounds: z.array(RehearsalRound) }),
  AccuracyPart,
]);
export type PartResult = z.infer<typeof PartResult>;

/** No host name: what the figures depend on, and nothing that tells whose machine it was. */
export const Machine = z.strictObject({
  cores: z.int(),
  processor: z.string(),
  memoryMiB: z.int(),
  kernel: z.string(),
  engine: z.string(),
  node: z.string(),
});
export type Machine = z.infer<typeof Machine>;

/** tests/results/bench.json: every single figure; the table is made from it alone. */
export const BenchResult = z.strictObject({
  schema: z.literal(1),
  machine: Machine,
  parts: z.partialRecord(z.enum(parts), PartResult),
});
export type BenchResult = z.infer<typeof BenchResult>;
