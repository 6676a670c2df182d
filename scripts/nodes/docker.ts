import type Docker from 'dockerode';
import { PassThrough, Readable, type Duplex } from 'node:stream';
import { demux } from '../../infra/components/docker/demux.ts';
import { withDeadline } from '../with-deadline.ts';
import { captured } from './captured.ts';
import type { ExecOptions, ExecOutcome, LogOptions, NodeAccess, NodeProcess, NodeState } from './node.ts';

/** A busy engine takes seconds to start a command; a paused node never does. */
const startDeadlineMs = 30_000;

/** A container as a node: everything goes through the Engine API, so a remote engine serves as well. */
export class DockerNode implements NodeAccess {
  readonly name: string;
  readonly #container: Docker.Container;

  constructor(engine: Docker, name: string, container: string) {
    this.name = name;
    this.#container = engine.getContainer(container);
  }

  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecOutcome> {
    return await captured(async () => this.#start(argv, options, options.stdin !== undefined), options);
  }

  async start(argv: readonly string[], options: ExecOptions = {}): Promise<NodeProcess> {
    return await this.#start(argv, options, true);
  }

  async copyOut(path: string): Promise<Readable> {
    const archive = await this.#container.getArchive({ path });
    // Not wrapped in another stream: one that is read slowly came to a halt in the middle, for good.
    if (!(archive instanceof Readable)) throw new Error('the engine gave no stream');
    return archive;
  }

  async logs(options: LogOptions = {}): Promise<Readable> {
    const merged = new PassThrough();
    const ask = { stdout: true, stderr: true, timestamps: options.timestamps === true } as const;
    if (options.follow === true) {
      const tail = options.fromNow === true ? { tail: 0 } : {};
      const stream = await this.#container.logs({ ...ask, ...tail, follow: true });
      demux(stream, merged, merged);
      stream.on('end', () => merged.end());
      options.signal?.addEventListener(
        'abort',
        () => {
          merged.end();
          // Otherwise the engine goes on sending, to a socket that keeps the command from its end.
          if (stream instanceof Readable) stream.destroy();
        },
        { once: true },
      );
    } else {
      const raw = await this.#container.logs({ ...ask, follow: false });
      const source = Readable.from([raw]);
      demux(source, merged, merged);
      source.on('end', () => merged.end());
    }
    return merged;
  }

  async state(): Promise<NodeState> {
    const { State } = await this.#container.inspect();
    return {
      running: State.Running,
      exitCode: State.Running ? null : State.ExitCode,
      startedAt: State.StartedAt || null,
      finishedAt: State.Running ? null : State.FinishedAt || null,
      outOfMemory: State.OOMKilled,
    };
  }

  async #start(argv: readonly string[], options: ExecOptions, withInput: boolean): Promise<NodeProcess> {
    const { user, workingDir, environment } = options;
    const what = `the engine, asked to run ${argv[0] ?? 'nothing'} in ${this.name},`;
    const asked = this.#container.exec({
      Cmd: [...argv],
      AttachStdin: withInput,
      AttachStdout: true,
      AttachStderr: true,
      ...(user === undefined ? {} : { User: user }),
      ...(workingDir === undefined ? {} : { WorkingDir: workingDir }),
      ...(environment === undefined
        ? {}
        : { Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`) }),
    });
    const exec = await withDeadline(what, startDeadlineMs, asked);
    const starting = exec.start({ hijack: true, stdin: withInput });
    const stream = await withDeadline(what, startDeadlineMs, starting).catch((error: unknown) => {
      void starting.then((late) => late.destroy()).catch(() => undefined); // its failure has been told
      throw error;
    });
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    demux(stream, stdout, stderr);
    return {
      stdin: stream,
      stdout,
      stderr,
      exited: this.#exited(exec, stream, stdout, stderr),
      close: () => stream.destroy(),
    };
  }

  /** Never rejects: -1 where the code is not known, because the node went with the command, for one. */
  async #exited(
    exec: Docker.Exec,
    stream: Duplex,
    stdout: PassThrough,
    stderr: PassThrough,
  ): Promise<number> {
    await new Promise<void>((resolve) => {
      stream.once('end', resolve);
      stream.once('close', resolve);
      stream.once('error', () => {
        resolve();
      });
    });
    stdout.end();
    stderr.end();
    // The stream can end a moment before the engine has noted the exit code.
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const state = await exec.inspect().catch(() => null);
      if (state === null) return -1;
      if (!state.Running) return state.ExitCode ?? -1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return -1;
  }
}
