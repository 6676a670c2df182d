import { z } from 'zod';
import type { RunEvent } from '../evidence/event.ts';
import type { KernelCounts } from '../evidence/kernel-counts.ts';
import type { CoreDump } from '../evidence/core-dump.ts';
import type { TrafficCapture } from '../evidence/traffic-capture.ts';
import type { ProcessRecord } from '../evidence/process-record.ts';
import type { Receipt } from '../verdict/receipt.ts';
import type { Difference } from '../parity/difference.ts';
import type { ControlResult } from '../verdict/control-result.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { SuiteOutcome } from '../suite/outcome.ts';
import type { LogDigest } from './log-digest.ts';

/** What the page needs of plan.json; the rest of a plan may change without the page. */
export const PlanFile = z.object({
  planHash: z.string(),
  scheduleHash: z.string(),
  controlHash: z.string(),
  plan: z.object({
    cluster: z.string(),
    seed: z.int(),
    variables: z.record(z.string(), z.string()),
    profiles: z.array(z.string()),
    nodes: z.array(
      z.object({
        name: z.string(),
        role: z.string(),
        units: z.array(z.string()),
        init: z.string().optional(),
      }),
    ),
    conditions: z.array(z.lazy(() => PlannedFault)),
    schedule: z.array(z.lazy(() => PlannedFault)),
    suites: z.array(z.object({ name: z.string() })),
    invariants: z.array(z.object({ name: z.string() })).default([]),
    reference: z.string().nullable(),
  }),
});
const PlannedFault = z.object({
  id: z.string(),
  fault: z.object({ kind: z.string() }),
  targets: z.array(z.string()),
  startMs: z.number().nullable(),
  endMs: z.number().nullable(),
  /** It waits for something that happens, and nobody knew when that would be. */
  after: z.object({}).optional(),
});
export type PlanFile = z.infer<typeof PlanFile>;
export type PlannedFault = z.infer<typeof PlannedFault>;

/** Written where an error ended the run before it could be judged. */
export const FailureFile = z.object({ message: z.string(), residue: z.array(z.string()) });

/** Written by the watcher when the controller died. */
export const AbortedFile = z.object({
  why: z.string(),
  noticed: z.string(),
  finished: z.string(),
  saved: z.array(z.string()),
  missed: z.array(z.string()),
  residue: z.array(z.string()),
});
export type AbortedFile = z.infer<typeof AbortedFile>;

export type Ending =
  | { readonly kind: 'judged'; readonly verdict: Verdict }
  | { readonly kind: 'failed'; readonly message: string }
  /** It came to an end, and the file that says which cannot be read. */
  | { readonly kind: 'unread'; readonly file: string }
  /** No verdict: the controller was killed, or it is still at work (then there is no `aborted` either). */
  | { readonly kind: 'cut'; readonly aborted: AbortedFile | null };

/** The last lines that a suite's command wrote. */
export interface SuiteOutput {
  readonly suite: string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface FileBeside {
  /** Relative to the run folder, which is where the page is. */
  readonly path: string;
  readonly bytes: number;
}

/** All that the page is made from: one run folder, read. Times are ms since the run began. */
export interface RecordedRun {
  readonly runId: string;
  readonly folder: string;
  readonly ending: Ending;
  /** ISO 8601, UTC; null where not even the first event was written. */
  readonly startedAt: string | null;
  readonly endMs: number;
  /** What was typed behind `understudy`. */
  readonly command: readonly string[];
  /** Where that was typed: its relative paths begin there. null: not written down. */
  readonly directory: string | null;
  readonly events: readonly RunEvent[];
  readonly plan: PlanFile | null;
  readonly control: ControlResult | null;
  /** Suites of this run, never those of a control that failed in its place. */
  readonly suites: readonly SuiteOutcome[];
  readonly outputs: readonly SuiteOutput[];
  readonly receipts: readonly Receipt[];
  /** What kernels counted around faults. */
  readonly counters: readonly KernelCounts[];
  readonly cores: readonly CoreDump[];
  /** Traffic of nodes, where it was captured. */
  readonly captures: readonly TrafficCapture[];
  readonly parity: readonly Difference[];
  /** null: nobody got so far as to look. */
  readonly leftovers: readonly string[] | null;
  readonly residue: readonly string[] | null;
  readonly logs: readonly LogDigest[];
  /** How many values facts/<node>.json holds, by node. */
  readonly facts: readonly { readonly node: string; readonly values: number }[];
  /** null: nobody recorded any. */
  readonly processes: readonly ProcessRecord[] | null;
  readonly files: readonly FileBeside[];
  /** What the run wrote and the page does not show, one sentence each: it is not there, or cannot be read. */
  readonly unreadable: readonly string[];
}

/** What of a file could not be read; null where all of it was. */
export function gapOf({ unreadable }: Pick<RecordedRun, 'unreadable'>, file: string): string | null {
  return unreadable.find((gap) => gap.startsWith(file)) ?? null;
}
