import { z } from 'zod';

const at = { at: z.iso.datetime(), /** since the run began */ ms: z.number() };

export const phases = [
  'setup',
  'plan',
  'control',
  'images',
  'provision',
  'ready',
  'parity',
  'arm',
  'inject',
  'suite',
  'heal',
  'collect',
  'report',
  'teardown',
] as const;
export type Phase = (typeof phases)[number];

/** What a limit that goes by the control came to on one node, bytes. */
export const BoundLimit = z.strictObject({ node: z.string(), heldBytes: z.number(), bytes: z.number() });

/** One line of events.jsonl, written as it happens: the time line of the report is made from these alone. */
export const RunEvent = z.discriminatedUnion('type', [
  z.strictObject({
    ...at,
    type: z.literal('run'),
    runId: z.string(),
    command: z.array(z.string()),
    /** Where that was typed. */
    directory: z.string().optional(),
  }),
  z.strictObject({ ...at, type: z.literal('phase.start'), phase: z.enum(phases) }),
  z.strictObject({
    ...at,
    type: z.literal('phase.end'),
    phase: z.enum(phases),
    ok: z.boolean(),
    why: z.string(),
  }),
  z.strictObject({ ...at, type: z.literal('node'), node: z.string(), state: z.string() }),
  z.strictObject({
    ...at,
    type: z.literal('fault.inject'),
    fault: z.string(),
    targets: z.array(z.string()),
    tookMs: z.number(),
  }),
  z.strictObject({
    ...at,
    type: z.literal('fault.heal'),
    fault: z.string(),
    targets: z.array(z.string()),
    tookMs: z.number(),
  }),
  /** What a fault goes by is known from the control. */
  z.strictObject({
    ...at,
    type: z.literal('fault.bound'),
    fault: z.string(),
    limits: z.array(BoundLimit),
  }),
  /** What a fault waited for has come. */
  z.strictObject({
    ...at,
    type: z.literal('fault.event'),
    fault: z.string(),
    /** In words. */
    event: z.string(),
    /** null: in a suite. */
    node: z.string().nullable(),
    /** The line, where it is one. */
    line: z.string(),
  }),
  z.strictObject({ ...at, type: z.literal('fault.error'), fault: z.string(), why: z.string() }),
  z.strictObject({ ...at, type: z.literal('suite.start'), suite: z.string() }),
  z.strictObject({ ...at, type: z.literal('suite.end'), suite: z.string(), status: z.string() }),
  z.strictObject({
    ...at,
    type: z.literal('invariant.start'),
    invariant: z.string(),
    nodes: z.array(z.string()),
  }),
  z.strictObject({
    ...at,
    type: z.literal('invariant.broken'),
    invariant: z.string(),
    /** The one on which it does not hold, or all of which one is to do. */
    nodes: z.array(z.string()),
    /** null: the command did not end in time, or could not be asked. */
    exitCode: z.int().nullable(),
    words: z.string(),
    faults: z.array(z.string()),
    /** False: faults excuse it; it is told again where they do no longer. */
    isViolation: z.boolean(),
  }),
  z.strictObject({
    ...at,
    type: z.literal('invariant.holds'),
    invariant: z.string(),
    nodes: z.array(z.string()),
    brokenMs: z.number(),
  }),
  z.strictObject({
    ...at,
    type: z.literal('invariant.end'),
    invariant: z.string(),
    answers: z.int().nonnegative(),
  }),
  z.strictObject({ ...at, type: z.literal('note'), text: z.string() }),
]);
export type RunEvent = z.infer<typeof RunEvent>;
/** What a caller gives: the recorder adds the times. */
export type EventBody = RunEvent extends infer E
  ? E extends RunEvent
    ? Omit<E, 'at' | 'ms'>
    : never
  : never;
