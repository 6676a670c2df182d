import { createInterface, type Interface } from 'node:readline';
import type { NodeAccess, NodeProcess } from '../../nodes/node.ts';
import { withDeadline } from '../../with-deadline.ts';

const startDeadlineMs = 10_000;
/** A process that runs answers in milliseconds; this long nobody waits for the processor. */
const answerDeadlineMs = 1_500;
const script = ["trap 'echo told; exit 0' TERM", 'echo in', 'while read -r word; do echo "$word"; done'].join(
  '\n',
);

/** How a process that has been on a node since before a fault is. */
export type Answer =
  /** It answers: it runs, and has run on since. */
  | 'answers'
  /** It is there and says nothing: it stands still. */
  | 'silent'
  /** It was told to end, and did. */
  | 'told'
  /** It ended without a word. */
  | 'gone';

/**
 * A process inside a node that repeats what it is told, and says so when it is told to end. What it does shows what happens
 * to all processes there. It ends with its input.
 */
export class Insider {
  readonly #process: NodeProcess;
  readonly #lines: AsyncIterator<string>;
  #asked = 0;
  #said: 'told' | null = null;
  /** A line that was waited for and has not come yet. */
  #coming: Promise<IteratorResult<string>> | null = null;

  private constructor(process: NodeProcess, lines: Interface) {
    this.#process = process;
    this.#lines = lines[Symbol.asyncIterator]();
    process.stderr.resume();
    process.stdin.on('error', () => undefined); // it is gone: the next answer says so
  }

  static async enter(node: NodeAccess): Promise<Insider> {
    const process = await node.start(['sh', '-c', script], { environment: { LC_ALL: 'C' } });
    const insider = new Insider(process, createInterface({ input: process.stdout }));
    await withDeadline(`${node.name}: a process inside`, startDeadlineMs, insider.#next());
    return insider;
  }

  async answer(): Promise<Answer> {
    this.#asked += 1;
    const word = String(this.#asked);
    this.#process.stdin.write(`${word}\n`);
    const giveUpAt = performance.now() + answerDeadlineMs;
    for (;;) {
      const line = await within(giveUpAt - performance.now(), (this.#coming ??= this.#next()));
      if (line === null) return 'silent';
      this.#coming = null;
      if (line.done === true) return this.#said ?? 'gone';
      if (line.value === 'told') this.#said = 'told';
      if (line.value === word) return 'answers';
    }
  }

  leave(): void {
    this.#process.stdin.end();
    this.#process.close();
  }

  async #next(): Promise<IteratorResult<string>> {
    return await this.#lines.next();
  }
}

/** null: it did not come in time. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const late = setTimeout(() => {
    resolve(null);
  }, ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(late);
  }
}
