import { execa } from 'execa';

/** A command under way. */
export interface Running {
  readonly pid: number;
  /** False where the process was there before and only goes on to something else. */
  readonly isNew: boolean;
  /** What it printed, and when it was done (of performance.now()). Rejects, with its last words, where it fails. */
  readonly done: Promise<Done>;
}

export interface Done {
  readonly stdout: string;
  readonly atMs: number;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Interrupts it as Ctrl-C on a terminal would, and waits for it to end. */
  readonly signal: AbortSignal;
  /** Exit codes that are no failure; 0 alone by default. */
  readonly expected?: readonly number[];
}

/** Starts a command in a process group of its own. */
export function startCommand(
  file: string,
  argv: readonly string[],
  { env, signal, expected = [0] }: CommandOptions,
): Running {
  const child = execa(file, argv, {
    detached: true,
    stdin: 'ignore',
    reject: false,
    ...(env === undefined ? {} : { env }),
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} was not started`);
  const interrupt = (): void => {
    interruptGroup(pid);
  };
  signal.addEventListener('abort', interrupt, { once: true });
  const done = child.then(({ exitCode, stdout, stderr }) => {
    const atMs = performance.now();
    signal.removeEventListener('abort', interrupt);
    signal.throwIfAborted();
    if (exitCode === undefined || !expected.includes(exitCode))
      throw new Error(`${file} ${argv[0] ?? ''} ended with ${exitCode ?? 'a signal'}: ${lastLines(stderr)}`);
    return { stdout, atMs };
  });
  done.catch(() => undefined); // whoever waits for the engine first hears of it a moment later
  return { pid, isNew: true, done };
}

export function interruptGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGINT');
  } catch {
    return; // it has ended
  }
}

export function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' / ');
}
