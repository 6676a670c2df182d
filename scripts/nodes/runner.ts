import { PassThrough, Writable, type Readable } from 'node:stream';
import { withDeadline } from '../with-deadline.ts';
import { captured } from './captured.ts';
import type { ExecOptions, ExecOutcome, LogOptions, NodeAccess, NodeProcess, NodeState } from './node.ts';

/** What is asked of images/toolbox/runner.c, and what it answers: one byte each. */
const asks = { start: 's', input: 'i', endOfInput: 'e', close: 'c' } as const;
type Ask = keyof typeof asks;
type Answer = 'b' | 'f' | 'o' | 'r' | 'x';

const headerBytes = 9;
const startDeadlineMs = 30_000;

/**
 * A side-car through the one program in it that runs all others: to have the engine run each of them takes 50 ms of a
 * processor, and this one (measured on 2 cores). It runs them as itself: as another account, in another folder or
 * environment they go through the engine.
 */
export class RunnerNode implements NodeAccess {
  readonly name: string;
  readonly #container: NodeAccess;
  readonly #runner: NodeProcess;
  readonly #running = new Map<number, Running>();
  #lastId = 0;
  #heard: Buffer = Buffer.alloc(0);
  #gone = false;

  private constructor(container: NodeAccess, runner: NodeProcess) {
    this.name = container.name;
    this.#container = container;
    this.#runner = runner;
    runner.stderr.resume();
    runner.stdin.on('error', () => undefined); // it is gone; whoever waits for it is told so
    runner.stdout.on('data', (bytes: Buffer) => {
      this.#hear(bytes);
    });
    void runner.exited.then(() => {
      this.#gone = true;
      for (const [id, one] of this.#running) this.#end(id, one, -1);
    });
  }

  static async open(container: NodeAccess): Promise<RunnerNode> {
    return new RunnerNode(container, await container.start(['runner']));
  }

  /** What runs loses its streams. The engine does not always end them with the container, and they would keep us going. */
  close(): void {
    this.#runner.close();
  }

  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecOutcome> {
    if (needsEngine(options)) return await this.#container.exec(argv, options);
    return await captured(async () => this.#start(argv, options.stdin !== undefined), options);
  }

  async start(argv: readonly string[], options: ExecOptions = {}): Promise<NodeProcess> {
    if (needsEngine(options)) return await this.#container.start(argv, options);
    return await this.#start(argv, true);
  }

  async copyOut(path: string): Promise<Readable> {
    return await this.#container.copyOut(path);
  }

  async logs(options: LogOptions = {}): Promise<Readable> {
    return await this.#container.logs(options);
  }

  async state(): Promise<NodeState> {
    return await this.#container.state();
  }

  async #start(argv: readonly string[], withInput: boolean): Promise<NodeProcess> {
    const what = `the runner of ${this.name}, asked to run ${argv[0] ?? 'nothing'},`;
    if (this.#gone) throw new Error(`${what} has ended`);
    const id = ++this.#lastId;
    const one = new Running();
    this.#running.set(id, one);
    this.#ask('start', id, Buffer.from(argv.map((word) => `${word}\0`).join('')));
    if (!withInput) this.#ask('endOfInput', id);
    const failure = await withDeadline(what, startDeadlineMs, one.begun);
    if (failure !== null) throw new Error(`${what} says: ${failure}`);
    return {
      stdin: new Writable({
        write: (bytes: Buffer, _encoding, done) => {
          this.#ask('input', id, bytes);
          done();
        },
        final: (done) => {
          this.#ask('endOfInput', id);
          done();
        },
      }),
      stdout: one.stdout,
      stderr: one.stderr,
      exited: one.exited,
      close: () => {
        this.#ask('close', id);
        this.#end(id, one, -1);
      },
    };
  }

  #ask(what: Ask, id: number, payload: Uint8Array = Buffer.alloc(0)): void {
    if (!this.#running.has(id)) return;
    const header = Buffer.alloc(headerBytes);
    header.write(asks[what], 0, 'latin1');
    header.writeUInt32BE(id, 1);
    header.writeUInt32BE(payload.length, 5);
    this.#runner.stdin.write(Buffer.concat([header, payload]));
  }

  #hear(bytes: Buffer): void {
    this.#heard = this.#heard.length === 0 ? bytes : Buffer.concat([this.#heard, bytes]);
    while (this.#heard.length >= headerBytes) {
      const end = headerBytes + this.#heard.readUInt32BE(5);
      if (this.#heard.length < end) return;
      const id = this.#heard.readUInt32BE(1);
      this.#take(this.#heard.toString('latin1', 0, 1), id, this.#heard.subarray(headerBytes, end));
      this.#heard = this.#heard.subarray(end);
    }
  }

  #take(what: string, id: number, payload: Buffer): void {
    const one = this.#running.get(id);
    if (one === undefined || !isAnswer(what)) return; // of one that nobody listens to any more
    switch (what) {
      case 'b':
        one.begin(null);
        return;
      case 'f':
        one.begin(payload.toString('utf8'));
        this.#end(id, one, -1);
        return;
      case 'o':
        one.stdout.write(payload);
        return;
      case 'r':
        one.stderr.write(payload);
        return;
      case 'x':
        this.#end(id, one, payload.readUInt32BE(0));
    }
  }

  #end(id: number, one: Running, code: number): void {
    this.#running.delete(id);
    one.end(code);
  }
}

/** A program that the runner was asked for, as far as it has been heard of. */
class Running {
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  /** null, or why it could not be started. */
  readonly begun: Promise<string | null>;
  /** Never rejects: -1 where the code is not known, because the side-car went with it, for one. */
  readonly exited: Promise<number>;
  readonly begin: (failure: string | null) => void;
  readonly #exit: (code: number) => void;

  constructor() {
    const begun = Promise.withResolvers<string | null>();
    const exited = Promise.withResolvers<number>();
    [this.begun, this.begin] = [begun.promise, begun.resolve];
    [this.exited, this.#exit] = [exited.promise, exited.resolve];
  }

  end(code: number): void {
    this.stdout.end();
    this.stderr.end();
    this.begin('it has ended');
    this.#exit(code);
  }
}

function needsEngine({ user, workingDir, environment }: ExecOptions): boolean {
  return user !== undefined || workingDir !== undefined || environment !== undefined;
}

function isAnswer(what: string): what is Answer {
  return ['b', 'f', 'o', 'r', 'x'].includes(what);
}
