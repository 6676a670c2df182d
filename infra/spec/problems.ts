import type { z } from 'zod';
import type { Problem } from '../errors.ts';
import { allowedAt, child, meantBy, suggestion } from './allowed.ts';
import type { Path, SpecDocument } from './document.ts';

/** A key that is missing is no problem of its own where a misspelt one stands for it: both are dotted paths. */
interface Found {
  readonly problem: Problem;
  readonly meant?: string;
  readonly missing?: string;
}

interface Wording {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** zod's issues as problems with positions, in words that name what stands there and what is allowed. */
export function problemsOf(
  document: SpecDocument,
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
): readonly Problem[] {
  const found = issues.flatMap((issue) => fromIssue(document, schema, issue, []));
  const misspelt = new Set(found.map(({ meant }) => meant));
  return once(
    found
      .filter(({ missing }) => missing === undefined || !misspelt.has(missing))
      .map(({ problem }) => problem),
  );
}

/** What two rules say against one value is one problem, with what each of them allows. */
function once(problems: readonly Problem[]): readonly Problem[] {
  const same = Map.groupBy(problems, ({ line, column, message }) => JSON.stringify([line, column, message]));
  return [...same.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    return [{ ...first, hint: [...new Set([first, ...others].map(({ hint }) => hint))].join('; ') }];
  });
}

/** A problem with the value at `path`. */
export function problemAt(document: SpecDocument, path: Path, wording: Wording): Problem {
  return { ...wording, file: document.file, ...document.positionOf(path) };
}

/** A problem with the name of what is at `path`. */
export function problemAtKey(document: SpecDocument, path: Path, wording: Wording): Problem {
  return { ...wording, file: document.file, ...document.positionOfKey(path) };
}

function fromIssue(
  document: SpecDocument,
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
  above: Path,
): readonly Found[] {
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const { keys } = allowedAt(schema, document.value, path);
      const beside = besideAt(document, schema, path);
      return issue.keys.map((key) => unknownKey(document, [...path, key], key, { keys, beside }));
    }
    case 'invalid_key': {
      const problem = problemAtKey(document, path, {
        code: 'key',
        message: `${dotted(path.slice(0, -1))}: "${String(path.at(-1))}" is not allowed as a key`,
        hint: issue.issues.map(({ message }) => message).join('; '),
      });
      return [{ problem }];
    }
    case 'invalid_union': {
      const nearest = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0] ?? [];
      // Where no branch got inside the value, it is of no kind that any of them knows.
      if (depth(nearest) === 0) return [plain(document, schema, issue, path)];
      return nearest.flatMap((one) => fromIssue(document, schema, one, path));
    }
    default:
      return [plain(document, schema, issue, path)];
  }
}

/** Keys that the map around the one at `path` takes, and does not have. */
function besideAt(document: SpecDocument, schema: z.ZodType, path: Path): readonly string[] {
  if (typeof path.at(-1) !== 'string') return [];
  const around = path.slice(0, -1);
  const value = around.reduce<unknown>(child, document.value);
  return allowedAt(schema, document.value, around).keys.filter((key) => child(value, key) === undefined);
}

function unknownKey(
  document: SpecDocument,
  path: Path,
  key: string,
  { keys, beside }: { readonly keys: readonly string[]; readonly beside: readonly string[] },
): Found {
  const isOutside = beside.includes(key);
  const problem = problemAtKey(document, path, {
    code: 'unknown-key',
    message: `${dotted(path)}: unknown key`,
    hint: isOutside ? `${key} goes beside "${String(path.at(-2))}", not into it` : suggestion(key, keys),
  });
  if (isOutside) return { problem, meant: dotted([...path.slice(0, -2), key]) };
  const meant = meantBy(key, keys);
  return meant === undefined ? { problem } : { problem, meant: dotted([...path.slice(0, -1), meant]) };
}

function plain(document: SpecDocument, schema: z.ZodType, issue: z.core.$ZodIssue, path: Path): Found {
  const value = path.reduce<unknown>(child, document.value);
  const { words } = allowedAt(schema, document.value, path);
  if (value === undefined) {
    const problem = problemAt(document, path.slice(0, -1), {
      code: 'missing',
      message: `${dotted(path)} is missing`,
      hint: `add ${String(path.at(-1))}: ${words}`,
    });
    return { problem, missing: dotted(path) };
  }
  const problem = problemAt(document, path, {
    code: issue.code.replaceAll('_', '-'),
    message: refused(value, path, document.numberAt(path)),
    hint: hintOf(issue, value, words),
  });
  return { problem };
}

function refused(value: unknown, path: Path, number: string | null): string {
  if (value !== null) return `${dotted(path)}: ${short(number ?? shown(value))} is not allowed`;
  return path.length === 0 ? 'the file is empty' : `${dotted(path)}: nothing is given`;
}

function hintOf(issue: z.core.$ZodIssue, value: unknown, words: string): string {
  switch (issue.code) {
    case 'invalid_type':
      // `never` stands where a kind has no such key: why is in its own message.
      return issue.expected === 'never' ? issue.message : `${words}${advice(issue.expected, value)}`;
    case 'invalid_value':
      return typeof value === 'string' ? suggestion(value, issue.values.map(String)) : words;
    case 'invalid_union':
      return typeof value === 'string' && 'options' in issue && Array.isArray(issue.options)
        ? suggestion(value, issue.options.filter((one) => one !== undefined).map(String))
        : words;
    case 'too_small':
    case 'too_big': {
      const counted = issue.origin === 'array' || issue.origin === 'string';
      return counted && issue.code === 'too_small' && Number(issue.minimum) === 1
        ? `${words} that is not empty`
        : words;
    }
    default:
      // Messages in the schemas say what is allowed.
      return issue.message;
  }
}

/** The commonest slips have a remedy that can be said. */
function advice(expected: string, value: unknown): string {
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return ': put it in quotes';
  if (typeof value !== 'string') return '';
  if (expected === 'array') return ` such as [${value.split(/\s+/).join(', ')}]`;
  return (expected === 'int' || expected === 'number') && Number.isFinite(Number(value)) && value !== ''
    ? ', without quotes'
    : '';
}

/** A value as its author would call it. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  // Some numbers are none of JSON.
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const keys = Object.keys(value);
  return keys.length === 0 ? 'an empty map' : `a map of ${keys.join(', ')}`;
}

const mostShown = 200;

function short(text: string): string {
  return text.length <= mostShown ? text : `${text.slice(0, mostShown)}… (${text.length} characters)`;
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}

function dotted(path: Path): string {
  if (path.length === 0) return 'the file';
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`,
    '',
  );
}
