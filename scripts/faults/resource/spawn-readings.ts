import { createInterface, type Interface } from 'node:readline';
import type { NodeAccess, NodeProcess } from '../../nodes/node.ts';
import { withDeadline } from '../../with-deadline.ts';

/** How many processes a node lets somebody inside start. */
export interface SpawnReading {
  /** As many as were wanted, or fewer; -1 where nobody could be asked. */
  readonly started: number;
  /** What the one after them said; empty where as many as wanted were started. */
  readonly refusal: string;
}

export const unreadSpawn: SpawnReading = { started: -1, refusal: 'nobody was asked' };

const deadlineMs = 20_000;
/**
 * One process after the other, each of which does nothing, until one cannot be: some shells end then, others try again.
 * All are ended and taken leave of, since what nobody waits for would count on.
 */
const script = [
  'exec 2>&1',
  "trap 'kill $all; wait' EXIT",
  'i=0 all=',
  'echo in',
  'read -r _ || exit 0',
  'while [ "$i" -lt "$1" ]; do sleep 20 & all="$all $!" i=$((i + 1)); echo "$i"; done',
].join('\n');

/**
 * A process inside a node that starts others when it is told to, once. It is there before a fault: who has to get in
 * first would count, too.
 */
export class Spawner {
  readonly #process: NodeProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #name: string;
  readonly #wanted: number;

  private constructor(name: string, wanted: number, process: NodeProcess, lines: Interface) {
    this.#name = name;
    this.#wanted = wanted;
    this.#process = process;
    this.#lines = lines[Symbol.asyncIterator]();
    process.stderr.resume();
    process.stdin.on('error', () => undefined); // it is gone; the next line that is waited for says so
  }

  /** It will start that many, and no more. */
  static async enter(node: NodeAccess, wanted: number): Promise<Spawner> {
    const process = await node.start(['sh', '-c', script, 'sh', String(wanted)], {
      environment: { LC_ALL: 'C' },
    });
    const name = `${node.name}: a process that starts others`;
    const spawner = new Spawner(name, wanted, process, createInterface({ input: process.stdout }));
    await spawner.#line();
    return spawner;
  }

  async count(): Promise<SpawnReading> {
    this.#process.stdin.write('\n');
    let started = 0;
    let refusal = '';
    while (started < this.#wanted) {
      const line = await this.#line();
      if (line !== String(started + 1)) {
        refusal = line ?? 'it ended';
        break;
      }
      started += 1;
    }
    this.#process.stdin.end();
    await withDeadline(this.#name, deadlineMs, this.#process.exited);
    this.leave();
    return { started, refusal };
  }

  leave(): void {
    this.#process.stdin.end();
    this.#process.close();
  }

  async #line(): Promise<string | null> {
    const next = await withDeadline(this.#name, deadlineMs, this.#lines.next());
    return next.done === true ? null : next.value;
  }
}
