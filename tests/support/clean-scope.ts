import { execa } from 'execa';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../infra/places.ts';
import { readResultFile, writeResultFile } from './result-file.ts';

/** Path → digest of all that what is said of it rests on, when that last was nothing. */
const Clean = z.record(z.string(), z.string());

/** Which files are to be looked at, and how to keep that nothing was found. */
export interface CleanScope {
  readonly paths: readonly string[];
  /** How many are as they were then, with all that they rest on. */
  readonly left: number;
  keepClean(): void;
}

/**
 * typescript-eslint looks at types, so what it says of a file goes by what that imports, too: ESLint's own cache does not
 * know that. A file is left out where it and all that it leads to are as they were.
 */
export async function lintScope(): Promise<CleanScope> {
  const texts = await textsOf(['*.ts', '*.js', '*.mjs']);
  // A declaration may be of what everybody sees.
  const global = [...texts].filter(([path]) => path.endsWith('.d.ts')).map(([, text]) => text);
  const common = ['eslint.config.js', 'tsconfig.json', 'package-lock.json'].map(textOf);
  return scopeOf('lint', digestsOf(texts, [...common, ...global].join('\0')), [...texts.keys()]);
}

/** What code reads as it runs, beside code; suites are such, in whatever language. */
const data = [
  'images',
  'infra',
  'scripts',
  'tests/suites',
  'tests/support',
  '*.json',
  '*.yaml',
  'jest.config.js',
];
/** What `npm run …` writes is of no test but for the pages that show it. */
const results = 'tests/results/';

/**
 * Of all tests, those that are to run: what starts programs always does; one that has all that it says from its imports, or from
 * files of the checkout too, does where these are not as they were when it last passed. `npm test` runs all.
 */
export async function testScope(folders: readonly string[]): Promise<CleanScope> {
  const [texts, read, all] = await Promise.all([textsOf(['*.ts']), textsOf(data), textsOf(['*'])]);
  const isRead = (path: string): boolean => !path.endsWith('.ts') || path.startsWith('tests/suites/');
  const joined = (some: ReadonlyMap<string, string>): string =>
    [...some]
      .filter(([path]) => isRead(path))
      .map((one) => one.join('\0'))
      .join('\0');
  const known = new Map([...read].filter(([path]) => !path.startsWith(results)));
  const digests = {
    imports: digestsOf(texts, joined(known)),
    files: digestsOf(texts, joined(all)),
    machine: new Map<string, string>(),
  } satisfies Record<Reach, ReadonlyMap<string, string>>;
  const tests = [...texts.keys()].filter(
    (path) => path.endsWith('.test.ts') && folders.some((folder) => path.startsWith(`${folder}/`)),
  );
  const kept = tests.flatMap((path) => {
    const digest = digests[reachOf(path, texts)].get(path);
    return digest === undefined ? [] : [[path, digest] as const];
  });
  return scopeOf('tests', new Map(kept), tests);
}

/** Of all these paths, those that have no digest, or another one than when nothing was found. */
function scopeOf(name: string, digests: ReadonlyMap<string, string>, all: readonly string[]): CleanScope {
  const file = join(packageRoot, `.cache/check/${name}.json`);
  const clean = readResultFile(file, Clean) ?? {};
  const isClean = (path: string): boolean => digests.has(path) && clean[path] === digests.get(path);
  const paths = all.filter((path) => !isClean(path));
  return {
    paths,
    left: all.length - paths.length,
    keepClean: () => {
      writeResultFile(file, Clean, Object.fromEntries(digests));
    },
  };
}

/** Of what git knows, and does not ignore, as it is in the working tree. */
async function textsOf(patterns: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const argv = ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns];
  const { stdout } = await execa('git', argv, { cwd: packageRoot });
  return new Map(
    stdout
      .split('\n')
      .filter((path) => existsSync(join(packageRoot, path)))
      .map((path) => [path, textOf(path)]),
  );
}

/** Where a test has what it says from: imports alone, files of the checkout too, or whatever programs say on this machine. */
export type Reach = 'imports' | 'files' | 'machine';
const startsPrograms = /from '(node:(child_process|worker_threads|net|http)|execa)'/;
const readsFiles = /from 'node:fs(\/promises)?'|import\.meta/;

/** Pure: by what it and those that help it import. */
export function reachOf(path: string, texts: ReadonlyMap<string, string>): Reach {
  const ofTests = [...reached(path, importsIn(texts))].filter((one) => one.startsWith('tests/'));
  const has = (what: RegExp): boolean => ofTests.some((one) => what.test(texts.get(one) ?? ''));
  if (has(startsPrograms)) return 'machine';
  return has(readsFiles) ? 'files' : 'imports';
}

/** Pure: of each file with all that it leads to by a relative path in it, and of what all have in common. */
export function digestsOf(texts: ReadonlyMap<string, string>, shared: string): ReadonlyMap<string, string> {
  const own = new Map([...texts].map(([path, text]) => [path, digestOf(text)]));
  const next = importsIn(texts);
  return new Map(
    [...texts.keys()].map((path) => {
      const all = [...reached(path, next)].sort();
      return [path, digestOf([shared, ...all.map((one) => `${one} ${own.get(one) ?? ''}`)].join('\n'))];
    }),
  );
}

function importsIn(texts: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  return new Map([...texts].map(([path, text]) => [path, named(path, text).filter((to) => texts.has(to))]));
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
