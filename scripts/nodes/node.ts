import type { Readable, Writable } from 'node:stream';

export interface ExecOptions {
  /** Account name or uid; root when absent. */
  readonly user?: string;
  readonly workingDir?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface ExecOutcome {
  readonly exitCode: number;
  /** Each stream is kept to its last MiB. */
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that goes on while others do: a lease, a relay, a followed log. */
export interface NodeProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exited: Promise<number>;
  /** Closes the streams; what the command does on end of input is its own affair. */
  close(): void;
}

export interface NodeState {
  readonly running: boolean;
  readonly exitCode: number | null;
  readonly startedAt: string | null;
  /** null while it runs. */
  readonly finishedAt: string | null;
  /** Process 1 was killed because the node had no memory left. */
  readonly outOfMemory: boolean;
}

export interface LogOptions {
  readonly follow?: boolean;
  /** Only what comes from now on; together with `follow`. */
  readonly fromNow?: boolean;
  readonly signal?: AbortSignal;
  /** Each line behind the time at which the engine got it. */
  readonly timestamps?: boolean;
}

/**
 * How the rest of Understudy reaches one node (or side-car), on any backend. A command that cannot be started throws;
 * one that fails is an outcome.
 */
export interface NodeAccess {
  readonly name: string;
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecOutcome>;
  start(argv: readonly string[], options?: ExecOptions): Promise<NodeProcess>;
  /** `path` as a tar archive. */
  copyOut(path: string): Promise<Readable>;
  /** Output of process 1, both streams, oldest first; follows until `signal` when asked. */
  logs(options?: LogOptions): Promise<Readable>;
  state(): Promise<NodeState>;
}
