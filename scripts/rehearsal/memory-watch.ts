import { setTimeout as delay } from 'node:timers/promises';
import type { HeldMemory } from '../../infra/plan/memory-limits.ts';
import type { Machine } from '../nodes/machine.ts';
import { withDeadline } from '../with-deadline.ts';

/** How long after one look at all nodes the next one comes, ms. What comes and goes in between is not seen. */
const everyMs = 500;
const deadlineMs = 5_000;

/** Resolves when the next look is due, and as soon as the signal aborts. */
type UntilNext = (over: AbortSignal) => Promise<void>;

const pause: UntilNext = async (over) => {
  await delay(everyMs, undefined, { signal: over }).catch(() => undefined); // over: there is no next one
};

/**
 * What nodes hold while suites run, without what they can give back. The kernel keeps a maximum of its own, which counts files
 * in its cache: that is as much as a node has, sooner or later.
 */
export class MemoryWatch {
  readonly #machines: ReadonlyMap<string, Pick<Machine, 'memoryHeld'>>;
  readonly #untilNext: UntilNext;
  readonly #most = new Map<string, number>();
  readonly #over = new AbortController();
  readonly #watching: Promise<void>;

  private constructor(machines: ReadonlyMap<string, Pick<Machine, 'memoryHeld'>>, untilNext: UntilNext) {
    this.#machines = machines;
    this.#untilNext = untilNext;
    this.#watching = this.#watch();
  }

  static begin(
    machines: ReadonlyMap<string, Pick<Machine, 'memoryHeld'>>,
    untilNext: UntilNext = pause,
  ): MemoryWatch {
    return new MemoryWatch(machines, untilNext);
  }

  /** The most of each node, with one look more. A node that never answered is not among them. */
  async end(): Promise<HeldMemory> {
    await this.close();
    await this.#look();
    return Object.fromEntries([...this.#most].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async close(): Promise<void> {
    this.#over.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    while (!this.#over.signal.aborted) {
      await this.#look();
      await this.#untilNext(this.#over.signal);
    }
  }

  async #look(): Promise<void> {
    await Promise.all(
      [...this.#machines].map(async ([node, machine]) => {
        try {
          const held = await withDeadline(`memory of ${node}`, deadlineMs, machine.memoryHeld());
          this.#most.set(node, Math.max(held, this.#most.get(node) ?? 0));
        } catch {
          // It may be down, which others say; the looks before and after this one stand.
        }
      }),
    );
  }
}
