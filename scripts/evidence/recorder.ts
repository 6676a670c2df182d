import { performance } from 'node:perf_hooks';
import type { EventBody, Phase } from './event.ts';
import type { RunFolder } from './run-folder.ts';
import { messageOf } from '../../infra/errors.ts';

/** Writes events as they happen, and knows how long phases took. */
export class Recorder {
  readonly phasesMs: Partial<Record<Phase, number>> = {};
  readonly #folder: RunFolder;
  readonly #beganMs = performance.now();

  constructor(folder: RunFolder) {
    this.#folder = folder;
  }

  /** ms since the run began. */
  nowMs(): number {
    return Math.round(performance.now() - this.#beganMs);
  }

  record(event: EventBody): void {
    this.#folder.appendLine('events.jsonl', { at: new Date().toISOString(), ms: this.nowMs(), ...event });
  }

  async phase<T>(phase: Phase, work: () => Promise<T>): Promise<T> {
    const began = this.nowMs();
    this.record({ type: 'phase.start', phase });
    const end = (ok: boolean, why: string): void => {
      this.phasesMs[phase] = (this.phasesMs[phase] ?? 0) + this.nowMs() - began;
      this.record({ type: 'phase.end', phase, ok, why });
    };
    try {
      const value = await work();
      end(true, '');
      return value;
    } catch (error) {
      end(false, messageOf(error));
      throw error;
    }
  }
}
