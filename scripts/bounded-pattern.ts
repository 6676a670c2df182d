import { createContext, Script } from 'node:vm';

/** On one text, of this process's own time: a busy machine is no fault of the expression. */
const mostCpuMs = 250;

/** Thrown where an expression has tried so many ways to match one text that nobody can wait for the rest. */
export class PatternTooSlow extends Error {
  constructor(pattern: string) {
    super(`to match ${pattern} against what was said there takes more than ${mostCpuMs} ms`);
  }
}

const question = new Script('pattern.test(text)');
/** Without groups, choices and repetitions each place of a text is tried once: there is nothing to bound. */
const isPlain = /^[^()[\]{}|*+?\\]*$/;

/**
 * A regular expression that an author wrote, which may take for ever on a text that nobody foresaw, and would hold up with it whatever
 * else this process does: the engine of JavaScript is stopped from outside, which only `node:vm` does.
 */
export class BoundedPattern {
  readonly source: string;
  readonly #context: { readonly pattern: RegExp; text: string };

  constructor(source: string, flags = '') {
    this.source = source;
    this.#context = { pattern: new RegExp(source, flags), text: '' };
    createContext(this.#context);
  }

  /** @throws PatternTooSlow */
  test(text: string): boolean {
    if (isPlain.test(this.source)) return this.#context.pattern.test(text);
    this.#context.text = text;
    const before = process.threadCpuUsage();
    for (;;) {
      try {
        return question.runInContext(this.#context, { timeout: 2 * mostCpuMs }) === true;
      } catch (error) {
        if (!isTimeout(error)) throw error;
        // Where it was not this process that had the time, it is asked anew, with what it has used already.
        const { user, system } = process.threadCpuUsage(before);
        if (user + system > mostCpuMs * 1_000) throw new PatternTooSlow(this.source);
      }
    }
  }
}

/** It need not be an Error of this context. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
