import type { z } from 'zod';
import type { Problem } from '../errors.ts';
import type { Path, SpecDocument } from './document.ts';

/** zod's issues as problems with positions. Nothing is lost: a union shows what came nearest. */
export function problemsOf(document: SpecDocument, issues: readonly z.core.$ZodIssue[]): readonly Problem[] {
  return issues.flatMap((issue) => fromIssue(document, issue, []));
}

/** A problem with the value at `path`. */
export function problemAt(
  document: SpecDocument,
  path: Path,
  { code, message, hint }: { readonly code: string; readonly message: string; readonly hint: string },
): Problem {
  return { code, message, file: document.file, ...document.positionOf(path), hint };
}

function fromIssue(document: SpecDocument, issue: z.core.$ZodIssue, above: Path): readonly Problem[] {
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        code: 'unknown-key',
        message: `${dotted([...path, key])}: unknown key`,
        file: document.file,
        ...document.positionOfKey([...path, key]),
        hint: `remove it, or see the allowed keys in "understudy schema cluster"`,
      }));
    case 'invalid_union': {
      // The branch that got furthest is the one that the author meant.
      const nearest = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0] ?? [];
      const inner = nearest.flatMap((one) => fromIssue(document, one, path));
      return inner.length > 0 ? inner : [plain(document, issue, path)];
    }
    default:
      return [plain(document, issue, path)];
  }
}

function plain(document: SpecDocument, issue: z.core.$ZodIssue, path: Path): Problem {
  return problemAt(document, path, {
    code: issue.code.replaceAll('_', '-'),
    message: `${dotted(path)}: ${issue.message}${got(document, path)}`,
    hint: hintOf(issue),
  });
}

function hintOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `at least ${String(issue.minimum)}`;
    case 'too_big':
      return `at most ${String(issue.maximum)}`;
    case 'invalid_type':
      return `give ${issue.expected}`;
    default:
      return 'see "understudy schema cluster"';
  }
}

function got(document: SpecDocument, path: Path): string {
  const value = path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    document.value,
  );
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? `, got ${JSON.stringify(value)}`
    : '';
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}

export function dotted(path: Path): string {
  return path.length === 0 ? 'the file' : path.map(String).join('.');
}
