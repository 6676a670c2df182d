import { z } from 'zod';

/** A stretch of time in which an invariant did not hold; times are ms after the run began. */
export const InvariantBreak = z.strictObject({
  /** The one that it did not hold on, or all of which one was to do. */
  nodes: z.array(z.string()),
  /** When the first answer was asked for that it does not hold. */
  fromMs: z.number(),
  /** When it was known to hold again; null: not before nobody asked any more. */
  toMs: z.number().nullable(),
  /** Of the command; null: it did not end in time, or could not be asked. */
  exitCode: z.int().nullable(),
  /** What the command said last. */
  words: z.string(),
  /** Faults in force at its beginning, or where it is a violation, at that of the violation. */
  faults: z.array(z.string()),
  /** From when on it should have held; null: while faults excused it. */
  violatedAtMs: z.number().nullable(),
});
export type InvariantBreak = z.infer<typeof InvariantBreak>;

/** How long after the heal of one fault the invariant held again. */
export const Recovery = z.strictObject({
  fault: z.string(),
  /** ms after the run began. */
  healedAtMs: z.number(),
  /** Whether the fault, or its heal, broke it at all. */
  broke: z.boolean(),
  /** 0: every answer that was asked for after the heal was good; null: not known. */
  afterMs: z.number().nullable(),
  /** `recoversWithinMs` of the spec; null: none. */
  limitMs: z.number().nullable(),
  ok: z.boolean(),
  /** Why it is not known how long. */
  why: z.string(),
});
export type Recovery = z.infer<typeof Recovery>;

/** All that was seen of one invariant in one run. */
export const InvariantOutcome = z.strictObject({
  invariant: z.string(),
  role: z.string(),
  holdsOn: z.enum(['each', 'any']),
  during: z.enum(['always', 'no-fault']),
  /** Answers of single nodes; 0: nobody could be asked. */
  answers: z.int().nonnegative(),
  /** The longest that a good answer took, ms. */
  slowestMs: z.number(),
  /** How often it broke, and how often that was a violation. */
  broke: z.int().nonnegative(),
  violations: z.int().nonnegative(),
  /** Violations first; at most 40 of them. */
  breaks: z.array(InvariantBreak),
  recoveries: z.array(Recovery),
});
export type InvariantOutcome = z.infer<typeof InvariantOutcome>;

/** Of the control, to stand beside the same invariant under faults. */
export const ControlSeen = InvariantOutcome.pick({ answers: true, broke: true, slowestMs: true });
export type ControlSeen = z.infer<typeof ControlSeen>;

/** As a verdict has it; null: there was no control. */
export const JudgedInvariant = InvariantOutcome.extend({ control: ControlSeen.nullable() });
export type JudgedInvariant = z.infer<typeof JudgedInvariant>;
