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
});
export type ControlResult = z.infer<typeof ControlResult>;
