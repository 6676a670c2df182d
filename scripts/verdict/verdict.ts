import { z } from 'zod';
import { EXIT, type ExitCode } from '../../infra/errors.ts';
import { JudgedInvariant } from '../invariants/outcome.ts';
import { Receipt } from './receipt.ts';
import { Difference } from '../parity/difference.ts';
import { SuiteOutcome } from '../suite/outcome.ts';

const Outcome = z.enum(['pass', 'fail', 'invalid']);
export type Outcome = z.infer<typeof Outcome>;

/** verdict.json and the `--json` object of `run`; the names are those of contracts.md, the rest is beyond it. */
export const Verdict = z.strictObject({
  schema: z.literal(1),
  verdict: Outcome,
  /** One sentence a reason: nodes that are down first, since the rest may come of that, then the worst. */
  why: z.array(z.string()),
  runId: z.string(),
  cluster: z.string(),
  profiles: z.array(z.string()),
  variables: z.record(z.string(), z.string()),
  seed: z.int(),
  planHash: z.string(),
  scheduleHash: z.string(),
  controlHash: z.string(),
  control: z.strictObject({ verdict: Outcome, runId: z.string(), cached: z.boolean() }).nullable(),
  receipts: z.array(Receipt),
  parity: z.array(Difference),
  suites: z.array(SuiteOutcome),
  /** What was to hold meanwhile, beside how it held in the control. */
  invariants: z.array(JudgedInvariant).default([]),
  /** What a heal left behind, named ("worker-1: qdisc tbf on eth0"). */
  leftovers: z.array(z.string()),
  /** What is still there after tear-down, named by kind and id. */
  residue: z.array(z.string()),
  phasesMs: z.record(z.string(), z.number()),
  runFolder: z.string(),
  report: z.string().nullable(),
  interrupted: z.boolean().optional(),
});
export type Verdict = z.infer<typeof Verdict>;

/** invalid > fail > pass. */
export function worst(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes('invalid')) return 'invalid';
  return outcomes.includes('fail') ? 'fail' : 'pass';
}

/** 130 > 3 > 2 > 1 > 0 (70 is for errors that end a command without a verdict). */
export function exitCode(verdict: Verdict): ExitCode {
  if (verdict.interrupted === true) return EXIT.interrupted;
  if (verdict.residue.length > 0) return EXIT.residue;
  return EXIT[verdict.verdict];
}
