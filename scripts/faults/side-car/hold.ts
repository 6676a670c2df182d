import { createInterface, type Interface } from 'node:readline';
import type { NodeAccess, NodeProcess } from '../../nodes/node.ts';
import { withDeadline } from '../../with-deadline.ts';
import { joined } from './joined-commands.ts';

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
  /** What the side-car was not asked yet. */
  readonly #waiting: Waiting[] = [];
  /** By their id, in the order in which they were registered. */
  readonly #undos = new Map<string, readonly (readonly string[])[]>();
  #isAsking = false;
  /** Lines that only have to be noted, and go out with the next write. */
  #noted = '';

  private constructor(node: string, process: NodeProcess, lines: Interface) {
    this.#node = node;
    this.#process = process;
    lines.on('line', (line) => this.#answers.shift()?.(line));
    process.stderr.resume();
    process.stdin.on('error', () => undefined); // the side-car is gone; the next ask says so
    this.#beat = setInterval(() => {
      this.#write('beat\n');
    }, beatEveryMs);
    this.#beat.unref();
  }

  static async open(sideCar: NodeAccess): Promise<Hold> {
    const process = await sideCar.start(['hold', String(leaseSeconds)]);
    return new Hold(sideCar.name, process, createInterface({ input: process.stdout }));
  }

  /** Registered before the do: the holder takes one line after the other, so nobody has to wait for its answer. */
  undo(id: string, argv: readonly string[]): void {
    this.#note(['undo', id, ...argv]);
    this.#undos.set(id, [...(this.#undos.get(id) ?? []), argv]);
  }

  async do(argv: readonly string[]): Promise<void> {
    await this.#ask(['do', ...argv], { does: [argv], heals: [] });
  }

  /**
   * Starts a program that lives as long as its fault; returns the first line that it says. `input`: what it reads first, of
   * what anybody on the host who can see its arguments is not to know.
   */
  async start(id: string, argv: readonly string[], input: readonly string[] = []): Promise<string> {
    if (input.length > 0) this.#note(['input', id, ...input]);
    this.#undos.delete(id); // its end is one, too, and known to the side-car alone
    return await this.#ask(['start', id, ...argv]);
  }

  async tell(id: string, words: readonly string[]): Promise<void> {
    await this.#ask(['tell', id, ...words]);
  }

  /** All undos of `id` are run; rejects with those that failed, which the end of the lease tries once more. */
  async heal(id: string): Promise<void> {
    await this.#ask(['heal', id], { does: (this.#undos.get(id) ?? []).toReversed(), heals: [id] });
    this.#undos.delete(id);
  }

  /** End of input: whatever is still in force is undone. */
  async close(): Promise<void> {
    clearInterval(this.#beat);
    this.#process.stdin.end(this.#taken());
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

  #note(words: readonly string[]): void {
    checkWords(words);
    this.#noted += lineOf(words);
    this.#answers.push(() => undefined);
    process.nextTick(() => {
      if (this.#noted !== '') this.#write('');
    });
  }

  #write(lines: string): void {
    this.#process.stdin.write(this.#taken() + lines);
  }

  #taken(): string {
    const noted = this.#noted;
    this.#noted = '';
    return noted;
  }

  async #ask(words: readonly string[], joinable: Joinable = alone): Promise<string> {
    checkWords(words);
    const answer = await new Promise<string>((resolve, reject) => {
      this.#waiting.push({ words, ...joinable, resolve, reject });
      void this.#askAll();
    });
    if (answer.startsWith('ok')) return answer.slice(2).trim();
    throw new Error(`${this.#node}: "${named(words)}" was answered "${answer}"`);
  }

  /** One after the other, but for what one command can do for several that wait, and what is only passed on. */
  async #askAll(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    // Whoever asks at this moment for something else waits beside it.
    await Promise.resolve();
    for (let some = togetherOf(this.#waiting); some.length > 0; some = togetherOf(this.#waiting)) {
      this.#waiting.splice(0, some.length);
      if (some.length > 1 && (await this.#together(some))) continue;
      if (some.every(isPassedOn)) await this.#inOneBreath(some);
      else for (const { words, resolve, reject } of some) await this.#exchange(words).then(resolve, reject);
    }
    this.#isAsking = false;
  }

  /** False where it could not be done together: then nothing of it was done, and who is to blame is found one by one. */
  async #together(some: readonly Waiting[]): Promise<boolean> {
    const command = joined(some.flatMap(({ does }) => does));
    if (command === null) return false;
    const answer = await this.#exchange(['do', ...command]).catch(() => '');
    if (answer !== 'ok') return false;
    const healed = some.flatMap(({ heals }) => heals);
    if (healed.length > 0) this.#note(['forget', ...healed]);
    for (const { resolve } of some) resolve('ok');
    return true;
  }

  /** Written at once: each line by itself would wait for the answer to the one before, through the engine and back. */
  async #inOneBreath(some: readonly Waiting[]): Promise<void> {
    const settled = some.map(async ({ words, resolve, reject }) =>
      this.#answerTo(words).then(resolve, reject),
    );
    this.#write(some.map(({ words }) => lineOf(words)).join(''));
    await Promise.all(settled);
  }

  async #exchange(words: readonly string[]): Promise<string> {
    const answer = this.#answerTo(words);
    this.#write(lineOf(words));
    return await answer;
  }

  /** Answers come in the order of what is written. */
  async #answerTo(words: readonly string[]): Promise<string> {
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
    });
  }
}

/** What one command might do together with that of others; of a heal, whose undos these are. */
interface Joinable {
  readonly does: readonly (readonly string[])[];
  readonly heals: readonly string[];
}

const alone: Joinable = { does: [], heals: [] };

interface Waiting extends Joinable {
  readonly words: readonly string[];
  readonly resolve: (answer: string) => void;
  readonly reject: (error: unknown) => void;
}

/** Pure: the first that waits, and those behind it that one command can do with it. */
function togetherOf(waiting: readonly Waiting[]): readonly Waiting[] {
  const [first] = waiting;
  if (first === undefined) return [];
  if (isPassedOn(first)) return waiting.slice(0, lengthWhile(waiting, isPassedOn));
  if (first.does.length === 0) return [first];
  const isAlike = ({ does, words: [verb] }: Waiting): boolean => verb === first.words[0] && does.length > 0;
  const alike = waiting.slice(0, lengthWhile(waiting, isAlike));
  return joined(alike.flatMap(({ does }) => does)) === null ? [first] : alike;
}

/** To a program that runs: none of them waits for what another one does. */
function isPassedOn({ words: [verb] }: Waiting): boolean {
  return verb === 'tell';
}

function lengthWhile<T>(all: readonly T[], holds: (one: T) => boolean): number {
  const end = all.findIndex((one) => !holds(one));
  return end === -1 ? all.length : end;
}

function checkWords(words: readonly string[]): void {
  const spaced = words.find((word) => word === '' || /\s/.test(word));
  if (spaced !== undefined) throw new Error(`a word for hold must not be empty or hold spaces: "${spaced}"`);
}

function lineOf(words: readonly string[]): string {
  return `${words.join(' ')}\n`;
}

/** What was asked for and of what; the rest of the words may hold a secret. */
function named(words: readonly string[]): string {
  return words.slice(0, words[0] === 'input' ? 2 : 3).join(' ');
}
