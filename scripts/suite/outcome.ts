import { z } from 'zod';

export const TestOutcome = z.strictObject({
  name: z.string(),
  status: z.enum(['passed', 'failed', 'skipped']),
  durationMs: z.number(),
  message: z.string(),
});

/** What one suite said: `error` means that it could not be trusted (not started, no JUnit where one was promised). */
export const SuiteOutcome = z.strictObject({
  suite: z.string(),
  status: z.enum(['passed', 'failed', 'error', 'timeout']),
  exitCode: z.int().nullable(),
  /** ms after the run began. */
  startedAtMs: z.number(),
  endedAtMs: z.number(),
  tests: z.array(TestOutcome),
  why: z.string(),
});
export type SuiteOutcome = z.infer<typeof SuiteOutcome>;
