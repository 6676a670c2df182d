import { createInterface, type Interface } from 'node:readline';
import type { NodeAccess, NodeProcess } from '../nodes/node.ts';
import { withDeadline } from '../with-deadline.ts';

const beatEveryMs = 2_000;
const leaseSeconds = 10;
const answerDeadlineMs = 20_000;
/** For undoing all that a node may hold; what takes longer goes with the node. */
const closeDeadlineMs = 10_000;

/**
 * The lease on one node's faults (images/toolbox/hold.sh): what is done through it is undone by the side-car itself when
 * we are gone, by end of input or ten seconds of silence, whichever comes first.
 */
export class Hold {
  readonly #process: NodeProcess;
  readonly #node: string;
  readonly #answers: ((line: string) => void)[] = [];
  readonly #beat: NodeJS.Timeout;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(node: string, process: NodeProcess, lines: Interface) {
    this.#node = node;
    this.#process = process;
    lines.on('line', (line) => this.#answers.shift()?.(line));
    process.stderr.resume();
    process.stdin.on('error', () => undefined); // the side-car is gone; the next ask says so
    this.#beat = setInterval(() => process.stdin.write('beat\n'), beatEveryMs);
    this.#beat.unref();
  }

  static async open(sideCar: NodeAccess): Promise<Hold> {
    const process = await sideCar.start(['hold', String(leaseSeconds)]);
    return new Hold(sideCar.name, process, createInterface({ input: process.stdout }));
  }

  /** Registered before the do. */
  async undo(id: string, argv: readonly string[]): Promise<void> {
    await this.#ask(['undo', id, ...argv]);
  }

  async do(argv: readonly string[]): Promise<void> {
    await this.#ask(['do', ...argv]);
  }

  /** Starts a program that lives as long as its fault; returns the first line that it says. */
  async start(id: string, argv: readonly string[]): Promise<string> {
    return await this.#ask(['start', id, ...argv]);
  }

  async tell(id: string, words: readonly string[]): Promise<void> {
    await this.#ask(['tell', id, ...words]);
  }

  /** All undos of `id` are run; rejects with those that failed, which the end of the lease tries once more. */
  async heal(id: string): Promise<void> {
    await this.#ask(['heal', id]);
  }

  /** End of input: whatever is still in force is undone. */
  async close(): Promise<void> {
    clearInterval(this.#beat);
    this.#process.stdin.end();
    try {
      await withDeadline(`${this.#node}: its holder`, closeDeadlineMs, this.#process.exited);
    } finally {
      this.#process.close();
    }
  }

  /** Of a node that has ended: its side-car may have gone with it, and nobody tells us. */
  leave(): void {
    clearInterval(this.#beat);
    this.#process.close();
  }

  async #ask(words: readonly string[]): Promise<string> {
    const spaced = words.find((word) => word === '' || /\s/.test(word));
    if (spaced !== undefined)
      throw new Error(`a word for hold must not be empty or hold spaces: "${spaced}"`);
    const turn = this.#queue.then(() => this.#exchange(words));
    this.#queue = turn.catch(() => undefined);
    const answer = await turn;
    if (answer.startsWith('ok')) return answer.slice(2).trim();
    throw new Error(`${this.#node}: "${named(words)}" was answered "${answer}"`);
  }

  async #exchange(words: readonly string[]): Promise<string> {
    return await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new Error(`${this.#node}: no answer to "${named(words)}" within ${answerDeadlineMs} ms`));
      }, answerDeadlineMs);
      const settle = (line: string): void => {
        clearTimeout(late);
        resolve(line);
      };
      this.#answers.push(settle);
      void this.#process.exited.then(() => {
        settle('err gone the holder has ended');
      });
      this.#process.stdin.write(`${words.join(' ')}\n`);
    });
  }
}

/** What was asked for and of what; the rest of the words may hold a secret. */
function named(words: readonly string[]): string {
  return words.slice(0, 3).join(' ');
}
