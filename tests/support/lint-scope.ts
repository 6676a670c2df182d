import { execa } from 'execa';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../infra/places.ts';
import { readResultFile, writeResultFile } from './result-file.ts';

/** Path → digest of all that its lint rests on, when that last found nothing. */
const Clean = z.record(z.string(), z.string());
const file = join(packageRoot, '.cache/check/lint.json');
/** What every file's lint rests on. */
const common = ['eslint.config.js', 'tsconfig.json', 'package-lock.json'];

/** Which files are to be linted, and how to keep that nothing was found. */
export interface LintScope {
  readonly paths: readonly string[];
  keepClean(): void;
}

/**
 * typescript-eslint looks at types, so what it says of a file goes by what that imports, too: ESLint's own cache does not
 * know that. A file is left out where it and all that it leads to are as they were.
 */
export async function lintScope(): Promise<LintScope> {
  const { stdout } = await execa(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.js', '*.mjs'],
    { cwd: packageRoot },
  );
  const texts = new Map(
    stdout
      .split('\n')
      .filter((path) => existsSync(join(packageRoot, path)))
      .map((path) => [path, textOf(path)]),
  );
  // A declaration may be of what everybody sees.
  const global = [...texts].filter(([path]) => path.endsWith('.d.ts')).map(([, text]) => text);
  const digests = lintDigests(texts, [...common.map(textOf), ...global].join('\0'));
  const clean = readResultFile(file, Clean) ?? {};
  return {
    paths: [...digests].filter(([path, digest]) => clean[path] !== digest).map(([path]) => path),
    keepClean: () => {
      writeResultFile(file, Clean, Object.fromEntries(digests));
    },
  };
}

/** Pure: of each file with all that it leads to by a relative path in it, and of what all have in common. */
export function lintDigests(texts: ReadonlyMap<string, string>, shared: string): ReadonlyMap<string, string> {
  const own = new Map([...texts].map(([path, text]) => [path, digestOf(text)]));
  const next = new Map(
    [...texts].map(([path, text]) => [path, named(path, text).filter((to) => own.has(to))]),
  );
  return new Map(
    [...texts.keys()].map((path) => {
      const all = [...reached(path, next)].sort();
      return [path, digestOf([shared, ...all.map((one) => `${one} ${own.get(one) ?? ''}`)].join('\n'))];
    }),
  );
}

function named(path: string, text: string): readonly string[] {
  return [...text.matchAll(/'(\.{1,2}\/[^'\n]+)'/g)].map(([, to = '']) =>
    posix.join(posix.dirname(path), to),
  );
}

function reached(start: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set([start]);
  // A set that is walked hands out what is added on the way.
  for (const path of seen) for (const to of next.get(path) ?? []) seen.add(to);
  return seen;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function textOf(path: string): string {
  return readFileSync(join(packageRoot, path), 'utf8');
}
