import { withFindings, type Findings, type ProcessRecord } from './process-record.ts';
import type { RunFolder } from './run-folder.ts';

export const processesFile = 'processes.jsonl';

/** What is known of processes while the run lasts: each change is a line at once, so that a crash loses none. */
export class ProcessLog {
  readonly #folder: RunFolder;
  readonly #records = new Map<string, ProcessRecord>();

  constructor(folder: RunFolder) {
    this.#folder = folder;
  }

  get(id: string): ProcessRecord | undefined {
    return this.#records.get(id);
  }

  get records(): readonly ProcessRecord[] {
    return [...this.#records.values()];
  }

  put(record: ProcessRecord): void {
    this.#records.set(record.id, record);
    this.#folder.appendLine(processesFile, record);
  }

  /** `blank` is where nothing is known of it yet. */
  add(blank: ProcessRecord, findings: Findings): void {
    this.put(withFindings(this.#records.get(blank.id) ?? blank, findings));
  }
}
