import { z } from 'zod';
import { InvariantOutcome } from '../invariants/outcome.ts';
import { SuiteOutcome } from '../suite/outcome.ts';

/** A passing fault-free run, kept so that the next degraded run of the same need not repeat it. */
export const ControlResult = z.strictObject({
  runId: z.string(),
  verdict: z.enum(['pass', 'fail', 'invalid']),
  why: z.array(z.string()),
  suites: z.array(SuiteOutcome),
  invariants: z.array(InvariantOutcome).default([]),
  /** What each node held at most while suites ran, without what can be given back, bytes; one that was kept before there were such figures has none. */
  memoryHeld: z.record(z.string(), z.number()).default({}),
});
export type ControlResult = z.infer<typeof ControlResult>;
