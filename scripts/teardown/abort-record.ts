import { existsSync } from 'node:fs';
import type { Collected } from '../evidence/collect.ts';
import type { RunFolder } from '../evidence/run-folder.ts';
import { writeReport } from '../report/write-report.ts';
import type { Residue } from './sweep.ts';

/** aborted.json: what became of a run that its own controller could not end. */
export interface AbortRecord extends Collected {
  readonly schema: 1;
  readonly runId: string;
  readonly why: string;
  readonly noticed: string;
  readonly finished: string;
  /** Processes that still worked for the run. */
  readonly killed: readonly string[];
  readonly residue: readonly Residue[];
}

const endings = ['verdict.json', 'failure.json', 'aborted.json'] as const;

/** Whether nobody has said yet how this run ended. */
export function isWithoutEnd(folder: RunFolder): boolean {
  return existsSync(folder.path) && !endings.some((name) => existsSync(folder.file(name)));
}

/** With a report. The run folder may be gone by now (a test's, or the user's own doing): it is not brought back. */
export function recordAbort(folder: RunFolder, abort: AbortRecord): void {
  if (!existsSync(folder.path)) return;
  folder.writeJson('aborted.json', abort);
  writeReport(folder);
}
