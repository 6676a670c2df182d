import { Transform } from 'node:stream';
import { refusedProgram } from '../nodes/refused-program.ts';

/** How an engine's answer begins that stands in place of the output of a command which it could not start. */
const beginning = /^(?:OCI runtime exec failed: |unable to find user )/;

/** Exit codes of a command that never was, as shells give them. */
const notFound = 127;
const notExecutable = 126;

/** What the engine said instead of a command's output. */
export interface EngineWords {
  readonly message: string;
  readonly exitCode: typeof notFound | typeof notExecutable;
}

/** stdout of a command, to the byte, but for an engine's words, which are held back until `settle` says whose they are. */
export class OwnOutput extends Transform {
  #held: Buffer | null = null;
  #passed = false;
  #end: (() => void) | null = null;

  /** Engines end a command that they could not start with 126, newer ones with 127 where nothing was found. */
  settle(exitCode: number | null): EngineWords | null {
    const held = this.#held;
    this.#held = null;
    const words =
      held !== null && (exitCode === notFound || exitCode === notExecutable) ? wordsOf(held) : null;
    if (held !== null && words === null) this.push(held);
    this.#end?.();
    return words;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (!this.#passed && this.#held === null && beginning.test(chunk.toString('latin1'))) this.#held = chunk;
    else {
      if (this.#held !== null) this.push(this.#held);
      this.#held = null;
      this.#passed = true;
      this.push(chunk);
    }
    done();
  }

  override _flush(done: () => void): void {
    if (this.#held === null) done();
    else this.#end = done;
  }
}

function wordsOf(held: Buffer): EngineWords {
  const said = held.toString('utf8').trim();
  const refused = refusedProgram(said);
  return { message: refused?.words ?? said, exitCode: refused?.missing === true ? notFound : notExecutable };
}
