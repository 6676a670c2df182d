import { inspect } from 'node:util';
import { EXIT, RunError, UnderstudyError, type ExitCode, type Problem, messageOf } from '../infra/errors.ts';
import { screenOf, type Screen } from './screen.ts';
import { visible, visibleInColour, visibleJson } from './visible.ts';

/** `--json` prints this one object where a command ends without its own (contracts: "Command line"). */
interface ErrorDocument {
  readonly schema: 1;
  readonly error: {
    readonly code: string;
    readonly exit: ExitCode;
    readonly message: string;
    readonly hint: string;
    readonly problems: readonly Problem[];
    /** Where it ended a run that had begun. */
    readonly runId?: string;
    readonly runFolder?: string;
  };
}

/** Results go to stdout, and nothing else does. What a terminal would obey is made visible here and below. */
export function printResult(text: string): void {
  process.stdout.write(ended(shownOn(process.stdout, text)));
}

export function printJson(document: unknown): void {
  process.stdout.write(`${visibleJson(JSON.stringify(document))}\n`);
}

/** What is to be known beside a result: a line on stderr. */
export function printMessage(text: string): void {
  process.stderr.write(ended(shownOn(process.stderr, text)));
}

/** Colours belong to a terminal; elsewhere they are characters as others are. */
function shownOn(stream: NodeJS.WriteStream, text: string): string {
  return screenOf(stream).colours.isColorSupported ? visibleInColour(text) : visible(text);
}

function ended(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** Says on stderr (or as JSON on stdout) what went wrong, and returns the exit code that goes with it. */
export function reportError(error: unknown, { json }: { readonly json: boolean }): ExitCode {
  const document = errorDocument(error);
  if (json) printJson(document);
  else printMessage(errorText(error, screenOf(process.stderr).colours));
  return document.error.exit;
}

/** Pure: an error as the object that `--json` promises. */
export function errorDocument(error: unknown): ErrorDocument {
  if (error instanceof RunError) {
    const { runId, runFolder, reason } = error;
    const { schema, error: described } = errorDocument(reason);
    return { schema, error: { ...described, runId, runFolder } };
  }
  if (error instanceof UnderstudyError) {
    const { code, exit, message, hint, problems } = error;
    return { schema: 1, error: { code, exit, message, hint, problems } };
  }
  const message = messageOf(error);
  if (isOfTheMachine(error)) {
    const hint = `look at owner, mode and free space of ${error.path ?? 'it'}`;
    return { schema: 1, error: { code: 'file', exit: EXIT.host, message, hint, problems: [] } };
  }
  return {
    schema: 1,
    error: {
      code: 'internal',
      exit: EXIT.internal,
      message,
      hint: 'this is a bug in Understudy',
      problems: [],
    },
  };
}

/** A file that this machine does not let us read or write: neither the user's spec nor a bug of ours. */
function isOfTheMachine(error: unknown): error is NodeJS.ErrnoException {
  const codes = [
    ...['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EISDIR', 'ENOTDIR'],
    ...['ELOOP', 'ENAMETOOLONG', 'EIO', 'EMFILE', 'ENFILE'],
  ];
  return error instanceof Error && 'path' in error && 'code' in error && codes.includes(String(error.code));
}

/** Pure: an error as a person reads it. */
export function errorText(thrown: unknown, { red, dim }: Screen['colours']): string {
  const { message, hint, runFolder } = errorDocument(thrown).error;
  const error: unknown = thrown instanceof RunError ? thrown.reason : thrown;
  const lines = [`${red('error')} ${visible(message)}`];
  if (hint !== '') lines.push(`${dim('next ')} ${visible(hint)}`);
  if (runFolder !== undefined) lines.push(`${dim('see  ')} ${visible(runFolder)}`);
  // Only our own bugs show where they happened: a stack tells a user nothing about their spec or machine.
  if (!(error instanceof UnderstudyError) && !isOfTheMachine(error)) lines.push(visible(inspect(error)));
  return `${lines.join('\n')}\n`;
}
