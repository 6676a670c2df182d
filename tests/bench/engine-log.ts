import type Docker from 'dockerode';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { z } from 'zod';

/** What the engine said it did, with the moment (of performance.now) at which we heard of it. */
export interface EngineEvent {
  readonly atMs: number;
  readonly kind: 'container' | 'network';
  readonly action: string;
  /** Name and, for containers, labels. */
  readonly attributes: Readonly<Record<string, string>>;
}

const Line = z.object({
  Type: z.enum(['container', 'network']),
  Action: z.string(),
  Actor: z.object({ Attributes: z.record(z.string(), z.string()) }),
});

interface Waiter {
  readonly holds: (events: readonly EngineEvent[]) => boolean;
  readonly resolve: (atMs: number) => void;
}

/** The engine's own account of what happens, heard from outside: the same for every contender. */
export class EngineLog implements Disposable {
  readonly events: EngineEvent[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #stream: NodeJS.ReadableStream & { destroy?: () => void };

  private constructor(stream: NodeJS.ReadableStream) {
    this.#stream = stream;
    createInterface({ input: Readable.from(stream) })
      .on('line', (line) => {
        this.#heard(line);
      })
      .on('error', () => undefined); // destroyed by us
  }

  static async open(engine: Docker): Promise<EngineLog> {
    return new EngineLog(await engine.getEvents({ filters: { type: ['container', 'network'] } }));
  }

  /** What was heard before does not count any more. */
  forget(): void {
    this.events.length = 0;
  }

  /** When `holds` became true. @throws after `deadlineMs`, or when `signal` says that it never will. */
  async until(
    condition: string,
    holds: Waiter['holds'],
    { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal: AbortSignal },
  ): Promise<number> {
    const waiting = Promise.withResolvers<number>();
    const waiter = { holds, resolve: waiting.resolve };
    this.#waiters.add(waiter);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
    limit.addEventListener('abort', () => {
      waiting.reject(new Error(`not within ${deadlineMs} ms: ${condition} (heard: ${this.#heardSoFar()})`));
    });
    try {
      return await waiting.promise;
    } finally {
      this.#waiters.delete(waiter);
    }
  }

  [Symbol.dispose](): void {
    this.#stream.destroy?.();
  }

  #heardSoFar(): string {
    const counts = new Map<string, number>();
    for (const { kind, action } of this.events) {
      const what = `${kind} ${action}`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
    return [...counts].map(([what, count]) => `${count} × ${what}`).join(', ') || 'nothing';
  }

  #heard(line: string): void {
    const atMs = performance.now();
    const { Type: kind, Action: action, Actor } = Line.parse(JSON.parse(line));
    this.events.push({ atMs, kind, action, attributes: Actor.Attributes });
    for (const waiter of this.#waiters) if (waiter.holds(this.events)) waiter.resolve(atMs);
  }
}
