/** Exit codes of every command (contracts: "Command line"). */
export const EXIT = {
  pass: 0,
  fail: 1,
  invalid: 2,
  residue: 3,
  usage: 64,
  host: 69,
  internal: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** One thing that is wrong with one place of one file. Lines and columns count from 1. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly hint: string;
}

interface ErrorOptionsWithHint {
  readonly hint?: string;
  readonly cause?: unknown;
}

/** An error meant for the user: printed as message and hint, never as a stack trace. */
export abstract class UnderstudyError extends Error {
  abstract readonly exit: ExitCode;
  readonly code: string;
  readonly hint: string;
  readonly problems: readonly Problem[] = [];

  constructor(code: string, message: string, { hint = '', cause }: ErrorOptionsWithHint = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = hint;
  }
}

/** The command line asks for something that does not exist or does not go together. Exit 64. */
export class UsageError extends UnderstudyError {
  readonly exit = EXIT.usage;
}

/** One or more problems in files that the user wrote, each with its position. Exit 64. */
export class SpecError extends UnderstudyError {
  readonly exit = EXIT.usage;
  override readonly problems: readonly Problem[];

  constructor(message: string, problems: readonly Problem[]) {
    super('spec', message);
    this.problems = problems;
  }
}

/** This host, engine or registry cannot do what is asked. Exit 69. */
export class HostError extends UnderstudyError {
  readonly exit = EXIT.host;
}

/** The user ended the command (SIGINT, SIGTERM, SIGHUP). Exit 130. */
export class InterruptedError extends UnderstudyError {
  readonly exit = EXIT.interrupted;
}

/** What ended the command was told to its user, and something of ours is still there. Exit 3. */
export class ResidueError extends UnderstudyError {
  readonly exit = EXIT.residue;
}

/** What ended a run that had begun, in place of a verdict, and where its evidence is. */
export class RunError extends Error {
  readonly runId: string;
  readonly runFolder: string;
  readonly reason: Error;

  constructor(reason: Error, { runId, runFolder }: { readonly runId: string; readonly runFolder: string }) {
    super(reason.message, { cause: reason });
    this.name = 'RunError';
    this.runId = runId;
    this.runFolder = runFolder;
    this.reason = reason;
  }
}

/** The error that ended a run, with what its tear-down left: exit 3, but 130 and 70 come before it. */
export function withResidue(error: unknown, residue: readonly string[]): Error {
  const said = error instanceof Error ? error : new Error(String(error));
  if (residue.length === 0) return said;
  const message = `${said.message}\nleft behind: ${residue.join('; ')}`;
  const options = { hint: 'understudy reap', cause: said };
  if (said instanceof InterruptedError) return new InterruptedError(said.code, message, options);
  if (said instanceof UnderstudyError) return new ResidueError(said.code, message, options);
  return new Error(message, { cause: said });
}

/** Closes an exhaustive switch: a new member of the union does not compile until it is handled. */
export function assertNever(value: never): never {
  throw new Error(`not handled: ${JSON.stringify(value)}`);
}

/** What went wrong, in the words of whoever threw it. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
