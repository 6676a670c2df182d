import { createInterface, type Interface } from 'node:readline';
import { z } from 'zod';
import type { NodeAccess, NodeProcess } from '../../nodes/node.ts';
import { withDeadline } from '../../with-deadline.ts';

const CallsOfOneSort = z.strictObject({
  /** How long each took, ms. */
  ms: z.array(z.number()),
  errors: z.int(),
  /** What the last of those that failed said. */
  error: z.string(),
  /** 1: they were left waiting. */
  unanswered: z.int(),
  /** Of what was read: bits that are not as they were written, and bytes that are zero, of which none was written. */
  bits: z.int(),
  zeroed: z.int(),
});
/** What calls of one sort on a disk came to. */
export type CallsOfOneSort = z.infer<typeof CallsOfOneSort>;

const Calls = z.strictObject({
  write: CallsOfOneSort,
  fsync: CallsOfOneSort,
  read: CallsOfOneSort,
  /** Calls that were left waiting earlier, and wait still. */
  stuck: z.int(),
});
export type Calls = z.infer<typeof Calls>;

const Flow = z.strictObject({
  flow: z.strictObject({
    answered: z.int(),
    errors: z.int(),
    /** Of blocks and of whole files that were written, and of the same that were read: the time of each all together. */
    ms: z.array(z.number()),
  }),
  stuck: z.int(),
});
export type Flow = z.infer<typeof Flow>['flow'];

const Lost = z.strictObject({
  error: z.string(),
  /** 1: what was written is on the disk itself, where a node that loses its power now would find it. */
  unsynchronised: z.int(),
  synchronised: z.int(),
  stuck: z.int(),
});
export type Lost = z.infer<typeof Lost>;

const startDeadlineMs = 15_000;

/**
 * A process inside the node that has files of a disk open since before a fault (images/toolbox/diskprobe.c) and makes calls on
 * them, as an application does. It ends with its input.
 */
export class DiskCaller {
  readonly #process: NodeProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #name: string;
  #ended = false;
  /** One answer after another. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(name: string, process: NodeProcess, lines: Interface) {
    this.#name = name;
    this.#process = process;
    this.#lines = lines[Symbol.asyncIterator]();
    process.stderr.resume();
    lines.once('close', () => (this.#ended = true));
    process.stdin.on('error', () => undefined); // it is gone; the next line that is waited for says so
  }

  /** `file`: what the file is called that it reads, of so many bytes. */
  static async enter(sideCar: NodeAccess, path: string, file: string, bytes: number): Promise<DiskCaller> {
    const process = await sideCar.start(['diskprobe', path, file, String(bytes)]);
    const name = `${sideCar.name}: a process that calls ${path}`;
    const caller = new DiskCaller(name, process, createInterface({ input: process.stdout }));
    const said = await caller.#line(startDeadlineMs);
    if (said === 'in') return caller;
    caller.leave();
    throw new Error(`${name} could not begin: ${said}`);
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  /** `count` calls of each sort; what takes longer than `patienceMs` is left waiting. */
  async calls(count: number, patienceMs: number): Promise<Calls> {
    return Calls.parse(await this.#asked(`calls ${count} ${patienceMs}`, patienceMs));
  }

  /** A block and a whole file, `count` times each, written and read. */
  async flow(count: number, patienceMs: number): Promise<Flow> {
    return Flow.parse(await this.#asked(`flow ${count} ${patienceMs}`, patienceMs)).flow;
  }

  /** What of two files that are written, one of them synchronised, is on the disk itself. */
  async lost(patienceMs: number): Promise<Lost> {
    return Lost.parse(await this.#asked(`lose 1 ${patienceMs}`, patienceMs));
  }

  leave(): void {
    this.#process.stdin.end();
    this.#process.close();
  }

  async #asked(line: string, patienceMs: number): Promise<unknown> {
    const answer = this.#turn.then(async () => {
      this.#process.stdin.write(`${line}\n`);
      return await this.#line(patienceMs + startDeadlineMs);
    });
    this.#turn = answer.catch(() => undefined);
    return JSON.parse(await answer);
  }

  async #line(deadlineMs: number): Promise<string> {
    const next = await withDeadline(this.#name, deadlineMs, this.#lines.next());
    if (next.done === true) throw new Error(`${this.#name} has ended`);
    return next.value;
  }
}
