import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { NodeAccess, NodeProcess } from '../../nodes/node.ts';
import { withDeadline } from '../../with-deadline.ts';
import { unlessAborted } from '../../unless-aborted.ts';

/** For a listener to say that it listens, or, at its end, what it heard. */
const deadlineMs = 10_000;

/**
 * A program in a side-car that says "listening", and at the end of its input, line by line, what it heard. Closing it is
 * enough, whatever became of the rest.
 */
export class Listener {
  readonly node: string;
  readonly #sideCar: NodeAccess;
  readonly #argv: readonly string[];
  readonly #signal: AbortSignal;
  readonly #lines: string[] = [];
  #process: NodeProcess | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(
    { node, sideCar }: { readonly node: string; readonly sideCar: NodeAccess },
    argv: readonly string[],
    signal: AbortSignal,
  ) {
    this.node = node;
    this.#sideCar = sideCar;
    this.#argv = argv;
    this.#signal = signal;
  }

  async begin(): Promise<void> {
    this.#signal.throwIfAborted();
    const process = await this.#sideCar.start(this.#argv);
    this.#process = process;
    process.stderr.resume();
    process.stdin.on('error', () => undefined); // it is gone; what waits for it says so
    const reader = createInterface({ input: process.stdout });
    this.#ended = once(reader, 'close').then(() => undefined);
    const listens = new Promise<void>((resolve) => {
      reader.on('line', (line) => {
        if (line === 'listening') resolve();
        else this.#lines.push(line);
      });
    });
    const ended = process.exited.then((code) => {
      throw new Error(`${this.#program} on ${this.node} ended with ${code} before it listened`);
    });
    ended.catch(() => undefined); // as it does in the end, once it has listened
    await this.#inTime(Promise.race([listens, ended]));
  }

  async heard(): Promise<readonly string[]> {
    this.#process?.stdin.end();
    await this.#inTime(this.#ended);
    return this.#lines;
  }

  close(): void {
    this.#process?.close();
  }

  get #program(): string {
    return this.#argv[0] ?? '';
  }

  async #inTime(work: Promise<void>): Promise<void> {
    const what = `${this.#program} on ${this.node}`;
    await unlessAborted(this.#signal, withDeadline(what, deadlineMs, work));
  }
}

/** What was begun in a side-car when the run is interrupted ends by itself, or goes with it: nobody waits for it. */
export async function checked(node: NodeAccess, argv: readonly string[], signal: AbortSignal): Promise<void> {
  const asked = node.exec(argv, { timeoutMs: 120_000, signal });
  const { exitCode, stderr } = await unlessAborted(signal, asked);
  if (exitCode !== 0)
    throw new Error(`${node.name}: ${argv.slice(0, 2).join(' ')} ended with ${exitCode}: ${stderr}`);
}
