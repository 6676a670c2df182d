import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Redactor } from '../evidence/redactor.ts';
import { secretLines } from '../evidence/secret-lines.ts';
import { updateLease } from './lease-store.ts';
import { runVariable } from '../../infra/run-marks.ts';
import { identify } from './process-table.ts';

export interface WatcherRequest {
  readonly runId: string;
  readonly stack: string;
  readonly runFolder: string;
  /** What it must take out of the evidence that it may have to save: told through its pipe, never by a file. */
  readonly redactor: Redactor;
  /** Environment that says where engine and state are; normally process.env. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Watcher {
  /** Process id at the moment: a watcher that dies is replaced. */
  readonly pid: number;
  /** The controller has cleaned up (or keeps the cluster): the watcher ends without doing anything. */
  release(): Promise<void>;
}

const maxStarts = 4;
const releaseTimeoutMs = 5000;

/**
 * Starts the process that tears the run down when this one is gone. Call it after the lease and before the first
 * resource. It holds the read end of a pipe whose only write end is ours, so the kernel tells it of our death however
 * we die; it leads a session of its own, so neither a SIGKILL to our process group nor a hang-up reaches it.
 */
export async function startWatcher(request: WatcherRequest): Promise<Watcher> {
  let starts = 0;
  let released = false;
  let current = await start();
  request.redactor.onLearned((secrets) => {
    current.stdin?.write(secretLines(request.redactor.key, secrets));
  });

  async function start(): Promise<ChildProcess> {
    starts += 1;
    const child = spawnWatcher(request);
    await once(child, 'spawn');
    child.once('exit', () => {
      if (released || starts >= maxStarts) return;
      void start().then((next) => {
        current = next;
      });
    });
    return child;
  }

  return {
    get pid() {
      return current.pid ?? 0;
    },
    release: async () => {
      released = true;
      await end(current);
      updateLease(request.runId, { watcher: null });
    },
  };
}

function spawnWatcher({ runId, stack, runFolder, redactor, env }: WatcherRequest): ChildProcess {
  mkdirSync(runFolder, { recursive: true, mode: 0o700 });
  const log = openSync(join(runFolder, 'watcher.log'), 'a', 0o600);
  const script = fileURLToPath(new URL(`./watcher-process${extname(import.meta.filename)}`, import.meta.url));
  const child = spawn(process.execPath, [script, runId, stack, runFolder], {
    detached: true,
    // Never the terminal: its hang-up must not matter, and the folder it was in may go.
    stdio: ['pipe', log, log],
    cwd: '/',
    // Without the mark of a run's processes, which the watcher itself looks for and kills.
    env: { ...env, [runVariable]: undefined, NODE_OPTIONS: undefined },
  });
  closeSync(log);
  child.stdin?.on('error', () => undefined); // EPIPE: the watcher died; its exit is handled
  child.stdin?.write(secretLines(redactor.key, redactor.secrets));
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  child.once('spawn', () => {
    if (child.pid !== undefined) updateLease(runId, { watcher: identify(child.pid) });
  });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit', { signal: AbortSignal.timeout(releaseTimeoutMs) });
  child.ref();
  child.stdin?.end('release\n');
  await exited.catch(() => {
    child.kill('SIGKILL'); // it was told that there is nothing to do, and the run must not hang on it
  });
}
