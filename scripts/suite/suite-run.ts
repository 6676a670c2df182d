import type { Handle } from '../../infra/handle.ts';
import type { PlannedSuite } from '../../infra/plan/plan.ts';
import type { ProcessLog } from '../evidence/process-log.ts';
import type { Recorder } from '../evidence/recorder.ts';
import type { RunFolder } from '../evidence/run-folder.ts';
import type { NodeAccess } from '../nodes/node.ts';
import type { SuiteOutcome } from './outcome.ts';

/** What suites are told of golden results: record what they see, compare with what was recorded, or neither. */
export interface Golden {
  readonly mode: 'record' | 'compare' | 'none';
  readonly folder: string;
}

/** Who wants to know what suites do while they do it. */
export interface SuiteEar {
  began(suite: string): void;
  said(suite: string, line: string): void;
}

/** All that the suites of one trial need. */
export interface SuiteRun {
  readonly suites: readonly PlannedSuite[];
  readonly handle: Handle;
  readonly nodes: ReadonlyMap<string, NodeAccess>;
  readonly folder: RunFolder;
  /** handle.json with every value as it is. */
  readonly handleFile: string;
  readonly recorder: Recorder;
  readonly processes: ProcessLog;
  /** Folder of the cluster.yaml: suites' folders are relative to it. */
  readonly specFolder: string;
  readonly golden: Golden;
  /** When the last fault of the schedule comes or goes, ms after the first suite began; null: none is in a window. */
  readonly scheduleMs: number | null;
  readonly signal: AbortSignal;
  /** null: nobody. */
  readonly ear: SuiteEar | null;
  /** Told of each that has ended: what a first one said counts, whatever becomes of the second. */
  readonly onEnded: (outcome: SuiteOutcome) => void;
}

/** A suite that the schedule must not outlast is told how long that is. */
export function scheduleVariable({
  scheduleMs,
}: Pick<SuiteRun, 'scheduleMs'>): Readonly<Record<string, string>> {
  return scheduleMs === null ? {} : { UNDERSTUDY_SCHEDULE_MS: String(scheduleMs) };
}

/** How a suite's command ended. */
export interface Ended {
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly failure: string | null;
  readonly junit: string | null;
}
