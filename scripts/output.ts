import { inspect } from 'node:util';
import { EXIT, RunError, UnderstudyError, type ExitCode, type Problem, messageOf } from '../infra/errors.ts';
import { screenOf, visible, type Screen } from './screen.ts';

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

/** Results go to stdout, and nothing else does; of what moves a terminal's cursor they hold nothing. */
export function printResult(text: string): void {
  const shown = withColours(text);
  process.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
}

const escape = '\u001b';
const colour = new RegExp(`(${escape}\\[[\\d;]*m)`);

/** Pure: `visible` but for colours, which are ours and do no more than that. */
export function withColours(text: string): string {
  return text
    .split(colour)
    .map((piece, at) => (at % 2 === 1 ? piece : visible(piece)))
    .join('');
}

export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document)}\n`);
}

/** Says on stderr (or as JSON on stdout) what went wrong, and returns the exit code that goes with it. */
export function reportError(error: unknown, { json }: { readonly json: boolean }): ExitCode {
  const document = errorDocument(error);
  if (json) printJson(document);
  else process.stderr.write(errorText(error, screenOf(process.stderr).colours));
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
  if (runFolder !== undefined) lines.push(`${dim('see  ')} ${runFolder}`);
  // Only our own bugs show where they happened: a stack tells a user nothing about their spec or machine.
  if (!(error instanceof UnderstudyError) && !isOfTheMachine(error)) lines.push(visible(inspect(error)));
  return `${lines.join('\n')}\n`;
}
