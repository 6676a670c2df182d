import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { NodeAccess, NodeProcess } from '../../nodes/node.ts';

/** A line takes milliseconds to come; whoever has said nothing for so long says nothing any more. */
const silenceMs = 500;
/** For a node that has ended; one that has not, as it should have, never falls silent. */
const lastWordsMs = 2_000;
const pollMs = 50;

/** What a program of a side-car says, line by line, for as long as the node lives. */
export class Onlooker {
  readonly #process: NodeProcess;
  readonly #lines: string[] = [];
  #lastAt = performance.now();
  #hasEnded = false;

  private constructor(process: NodeProcess) {
    this.#process = process;
    process.stderr.resume();
    process.stdin.on('error', () => undefined); // it has ended with its node
    const lines = createInterface({ input: process.stdout });
    lines.on('line', (line) => {
      this.#lines.push(line);
      this.#lastAt = performance.now();
    });
    lines.once('close', () => {
      this.#hasEnded = true;
    });
  }

  static async begin(sideCar: NodeAccess, argv: readonly string[]): Promise<Onlooker> {
    return new Onlooker(await sideCar.start(argv));
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Its node has ended: waits for its last words, which take a moment, and after which the engine may say nothing. */
  async lastWords(): Promise<void> {
    const latest = performance.now() + lastWordsMs;
    const isSpeaking = (now: number): boolean => !this.#hasEnded && now - this.#lastAt < silenceMs;
    for (let now = performance.now(); isSpeaking(now) && now < latest; now = performance.now())
      await delay(pollMs);
  }

  leave(): void {
    this.#process.stdin.end();
    this.#process.close();
  }
}
