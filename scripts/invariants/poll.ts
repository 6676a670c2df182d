import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../infra/errors.ts';
import { startEndable, type EndableProcess } from '../nodes/endable.ts';
import type { NodeAccess } from '../nodes/node.ts';

export interface Said {
  /** null: it did not end in time, or could not be started. */
  readonly exitCode: number | null;
  /** The end of what it said, and what went wrong with asking. */
  readonly words: string;
}

const mostBytes = 4 * 1024;

/** One invariant on one node: the command is there at most once, and not for longer than it may. */
export class Poll {
  readonly #node: NodeAccess;
  readonly #argv: readonly string[];
  readonly #timeoutMs: number;
  /** One that would not end. */
  #left: EndableProcess | null = null;

  constructor(node: NodeAccess, argv: readonly string[], timeoutMs: number) {
    this.#node = node;
    this.#argv = argv;
    this.#timeoutMs = timeoutMs;
  }

  /** Never throws: that it could not be asked is an answer, too. `hurry` ends it at once. */
  async ask(hurry: AbortSignal): Promise<Said> {
    try {
      const left = await this.#endLeft();
      return left === null ? await this.#asked(hurry) : { exitCode: null, words: left };
    } catch (error) {
      return { exitCode: null, words: `it could not be asked: ${messageOf(error)}` };
    }
  }

  async #asked(hurry: AbortSignal): Promise<Said> {
    const process = await startEndable(this.#node, this.#argv);
    process.stdin.on('error', () => undefined); // a command that reads nothing may be gone already
    process.stdin.end();
    const said = [tailOf(process.stdout), tailOf(process.stderr)];
    const over = new AbortController();
    const late = delay(this.#timeoutMs, null, { signal: AbortSignal.any([hurry, over.signal]) });
    const code = await Promise.race([process.exited, late.catch(() => null)]);
    over.abort();
    const words = (): string =>
      said
        .map((tail) => tail())
        .join('')
        .trim();
    if (code !== null) return { exitCode: code === -1 ? null : code, words: words() };
    this.#left = process;
    const left = await this.#endLeft();
    const none = hurry.aborted ? 'nobody waits for it any more' : `no answer within ${this.#timeoutMs} ms`;
    return { exitCode: null, words: [none, ...(left === null ? [] : [left]), words()].join('\n').trim() };
  }

  /** null: nothing of it is left. */
  async #endLeft(): Promise<string | null> {
    if (this.#left === null) return null;
    const ending = await this.#left.end('SIGKILL');
    if (ending.kind === 'left') return `the one before has not ended: ${ending.why}`;
    this.#left = null;
    return null;
  }
}

function tailOf(stream: Readable): () => string {
  let tail = Buffer.alloc(0);
  stream.on('data', (chunk: Uint8Array) => {
    tail = Buffer.concat([tail, chunk]).subarray(-mostBytes);
  });
  return () => tail.toString('utf8');
}
