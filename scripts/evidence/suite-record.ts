import { join } from 'node:path';
import type { ProcessLog } from './process-log.ts';
import { blankRecord, type Findings, type ProcessRecord } from './process-record.ts';
import type { RunFolder } from './run-folder.ts';
import { lastTraceback } from './traceback.ts';

const mostLines = 2000;

/** A suite's command runs once in a run. */
export function suiteRecordId(suite: string): string {
  return `suite/${suite}`;
}

/** How a suite's command ended; null where that is not known. */
export interface SuiteExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** Why one or both are null. */
  readonly why: string;
  /** Who says so. */
  readonly source: string;
}

/** The record of one suite's command: begun, seen while it ran, ended. */
export class SuiteProcess {
  readonly #log: ProcessLog;
  readonly #blank: ProcessRecord;

  /** `node` is null on the host. */
  constructor(log: ProcessLog, suite: string, node: string | null) {
    this.#log = log;
    const unseen = node === null ? 'not known yet' : 'nobody saw the process while it ran';
    this.#blank = blankRecord({ id: suiteRecordId(suite), kind: 'suite', name: suite, node }, unseen);
  }

  began(): void {
    const start = { value: new Date().toISOString(), source: 'clock of the controller as it started it' };
    this.#log.add(this.#blank, { start });
  }

  saw(findings: Findings): void {
    this.#log.add(this.#blank, findings);
  }

  /** Call it when its output is written: the traceback is looked for there. */
  ended({ code, signal, why, source }: SuiteExit, folder: RunFolder): void {
    const lines = (name: string): readonly string[] =>
      (folder.readText(join('suites', this.#blank.name, name)) ?? '').split('\n').slice(-mostLines);
    const exception = lastTraceback(lines('stderr.log')) ?? lastTraceback(lines('stdout.log'));
    this.#log.add(this.#blank, {
      exit: { value: new Date().toISOString(), source: 'clock of the controller as it heard of it' },
      code: code === null ? { absent: why } : { value: code, source },
      signal: signal === null ? { absent: why } : { value: signal, source },
      exception:
        exception === null
          ? { absent: 'no traceback in its output' }
          : { value: exception, source: 'its stderr, or else its stdout' },
    });
  }
}
