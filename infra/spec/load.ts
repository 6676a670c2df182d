import { readdirSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { z } from 'zod';
import { Stack } from '../../images/stack.ts';
import { SpecError, UsageError, type Problem } from '../errors.ts';
import { packageRoot } from '../places.ts';
import { meantBy } from './allowed.ts';
import { maxSpecBytes, readAuthorFile, whyNoFile, whyNoFolder } from './author-file.ts';
import { Cluster } from './cluster.ts';
import { readDocument, type SpecDocument } from './document.ts';
import { Profile } from './fault.ts';
import { missingFromCluster, type Surroundings } from './missing-files.ts';
import { problemsOf } from './problems.ts';
import { profileProblems } from './profile-problems.ts';
import { semanticProblems } from './semantics.ts';
import { renderProblem } from './snippet.ts';
import { stackProblems } from './stack-problems.ts';

export interface LoadedSpec {
  readonly file: string;
  readonly document: SpecDocument;
  readonly cluster: Cluster;
}

export interface LoadedProfile {
  readonly document: SpecDocument;
  readonly profile: Profile;
}

const clustersFolder = join(packageRoot, 'infra/clusters');
const profilesFolder = join(packageRoot, 'infra/profiles');

/** CLUSTER is a path where it has a "/" or ends in .yaml, otherwise the name of a bundled cluster. All problems at once. */
export function loadCluster(nameOrPath: string): LoadedSpec {
  const file = isPath(nameOrPath)
    ? existing(resolve(nameOrPath), 'cluster')
    : bundled(
        nameOrPath,
        'cluster',
        folders(clustersFolder),
        join(clustersFolder, nameOrPath, 'cluster.yaml'),
      );
  const { document, value: cluster } = load(file, Cluster);
  refuse(document, [
    ...semanticProblems(document, cluster),
    ...missingFromCluster(document, cluster, around(file)),
  ]);
  return { file, document, cluster };
}

/** A profile of infra/profiles by name, or the user's own by path. */
export function loadProfile(nameOrPath: string): LoadedProfile {
  const file = isPath(nameOrPath)
    ? existing(resolve(nameOrPath), 'profile')
    : bundled(nameOrPath, 'profile', profileNames(), join(profilesFolder, `${nameOrPath}.yaml`));
  const { document, value: profile } = load(file, Profile);
  refuse(document, profileProblems(document, profile));
  return { document, profile };
}

/** The stack.yaml in `folder`. */
export function loadStack(folder: string): Stack {
  const file = join(folder, 'stack.yaml');
  const { document, value: stack } = load(file, Stack);
  refuse(document, stackProblems(document, stack, around(file)));
  return stack;
}

/** @throws SpecError where there is any problem: all of them, in the file's order. */
export function refuse({ file, text }: SpecDocument, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const ordered = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  const count = ordered.length === 1 ? '1 problem' : `${ordered.length} problems`;
  throw new SpecError(
    `${count} in ${basename(file)}\n\n${ordered.map((one) => renderProblem(one, text)).join('\n\n')}\n`,
    ordered,
  );
}

export function profileNames(): readonly string[] {
  return readdirSync(profilesFolder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .sort();
}

function load<S extends z.ZodType>(file: string, schema: S): { document: SpecDocument; value: z.output<S> } {
  const shown = relative(process.cwd(), file);
  const bytes = readAuthorFile(file);
  if (bytes.length > maxSpecBytes)
    throw new UsageError('too-large', `${file} is too large to be meant: ${bytes.length} bytes`, {
      hint: `at most ${maxSpecBytes} bytes; large contents go into files of their own, named by source:`,
    });
  const document = readDocument(shown.startsWith('..') ? file : shown, bytes);
  refuse(document, document.problems);
  const parsed = schema.safeParse(document.value);
  if (parsed.success) return { document, value: parsed.data };
  refuse(document, problemsOf(document, schema, parsed.error.issues));
  throw new Error(`${file} fits no schema, and nothing says why`, { cause: parsed.error });
}

function around(file: string): Surroundings {
  const at = (path: string): string => resolve(dirname(file), path);
  return { whyNoFile: (path) => whyNoFile(at(path)), whyNoFolder: (path) => whyNoFolder(at(path)) };
}

function isPath(name: string): boolean {
  return name.includes('/') || name.endsWith('.yaml');
}

function existing(file: string, what: string): string {
  const not = whyNoFile(file);
  if (not === null) return file;
  const inside = join(file, `${what}.yaml`);
  throw new UsageError(
    `${what}-missing`,
    not.missing ? `there is no ${what} file ${file}` : `${what} file ${file} ${not.why}`,
    { hint: whyNoFile(inside) === null ? `did you mean ${inside}?` : `give the path of a ${what}.yaml` },
  );
}

function bundled(name: string, what: string, known: readonly string[], file: string): string {
  if (known.includes(name)) return file;
  const meant = meantBy(name, known);
  throw new UsageError(`unknown-${what}`, `there is no bundled ${what} "${name}"`, {
    hint: `${meant === undefined ? '' : `did you mean "${meant}"? `}one of ${known.join(', ')}; or the path of your own, with a "/" in it`,
  });
}

function folders(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
