import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { z } from 'zod';
import { Stack } from '../../images/stack.ts';
import { SpecError, UsageError, type Problem } from '../errors.ts';
import { packageRoot } from '../places.ts';
import { Cluster } from './cluster.ts';
import { readDocument, type SpecDocument } from './document.ts';
import { Profile } from './fault.ts';
import { problemAt, problemsOf } from './problems.ts';
import { semanticProblems } from './semantics.ts';
import { renderProblem } from './snippet.ts';

export interface LoadedSpec {
  readonly file: string;
  readonly document: SpecDocument;
  readonly cluster: Cluster;
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
  refuse(document, [...semanticProblems(document, cluster), ...missingFiles(document, cluster)]);
  return { file, document, cluster };
}

/** A profile of infra/profiles by name, or the user's own by path. */
export function loadProfile(nameOrPath: string): Profile {
  const file = isPath(nameOrPath)
    ? existing(resolve(nameOrPath), 'profile')
    : bundled(nameOrPath, 'profile', profileNames(), join(profilesFolder, `${nameOrPath}.yaml`));
  const { document, value: profile } = load(file, Profile);
  const wrong = profile.faults.flatMap(({ from, untilMs }, index): Problem[] => {
    if (from === undefined) {
      return untilMs === undefined
        ? []
        : [
            problemAt(document, ['faults', index, 'untilMs'], {
              code: 'window',
              message: 'untilMs without from',
              hint: 'give from: [earliest, latest] too, or leave both out',
            }),
          ];
    }
    const ordered = from[0] <= from[1] && from[1] < (untilMs ?? Infinity);
    return ordered
      ? []
      : [
          problemAt(document, ['faults', index, 'from'], {
            code: 'window',
            message: `the window ${from.join(' to ')} ms does not come before ${untilMs ?? 'the end'}`,
            hint: 'from: [earliest, latest], then untilMs',
          }),
        ];
  });
  refuse(document, wrong);
  return profile;
}

/** The stack.yaml in `folder`; `asker` is the place that named it. */
export function loadStack(folder: string): Stack {
  return load(join(folder, 'stack.yaml'), Stack).value;
}

function load<S extends z.ZodType>(file: string, schema: S): { document: SpecDocument; value: z.output<S> } {
  const shown = relative(process.cwd(), file);
  const document = readDocument(shown.startsWith('..') ? file : shown, readFileSync(file, 'utf8'));
  refuse(document, document.problems);
  const parsed = schema.safeParse(document.value);
  if (parsed.success) return { document, value: parsed.data };
  throw specError(document, problemsOf(document, parsed.error.issues));
}

function refuse(document: SpecDocument, problems: readonly Problem[]): void {
  if (problems.length > 0) throw specError(document, problems);
}

function specError({ file, text }: SpecDocument, problems: readonly Problem[]): SpecError {
  const ordered = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  const count = ordered.length === 1 ? '1 problem' : `${ordered.length} problems`;
  return new SpecError(
    `${count} in ${basename(file)}\n\n${ordered.map((one) => renderProblem(one, text)).join('\n\n')}\n`,
    ordered,
  );
}

function missingFiles(document: SpecDocument, cluster: Cluster): readonly Problem[] {
  const here = dirname(resolve(document.file));
  const problems: Problem[] = [];
  for (const [name, { image, files }] of Object.entries(cluster.roles)) {
    if (
      (image.startsWith('.') || image.startsWith('/')) &&
      !existsSync(join(resolve(here, image), 'stack.yaml'))
    ) {
      problems.push(
        problemAt(document, ['roles', name, 'image'], {
          code: 'image-missing',
          message: `there is no stack.yaml in ${image}`,
          hint: 'a folder relative to this file that holds a stack.yaml',
        }),
      );
    }
    for (const [path, { source }] of Object.entries(files)) {
      if (source !== undefined && !existsSync(resolve(here, source))) {
        problems.push(
          problemAt(document, ['roles', name, 'files', path, 'source'], {
            code: 'file-missing',
            message: `${source} does not exist`,
            hint: 'a path relative to this file',
          }),
        );
      }
    }
  }
  for (const [name, { dir }] of Object.entries(cluster.suites)) {
    const folder = resolve(here, dir);
    if (!existsSync(folder) || !statSync(folder).isDirectory()) {
      problems.push(
        problemAt(document, ['suites', name, 'dir'], {
          code: 'dir-missing',
          message: `${dir} is no folder`,
          hint: 'a folder relative to this file',
        }),
      );
    }
  }
  if (cluster.reference !== undefined && !existsSync(resolve(here, cluster.reference))) {
    problems.push(
      problemAt(document, ['reference'], {
        code: 'reference-missing',
        message: `${cluster.reference} does not exist`,
        hint: 'facts captured from production, relative to this file; leave it out to compare with nothing',
      }),
    );
  }
  return problems;
}

function isPath(name: string): boolean {
  return name.includes('/') || name.endsWith('.yaml');
}

function existing(file: string, what: string): string {
  if (existsSync(file) && statSync(file).isFile()) return file;
  throw new UsageError(`${what}-missing`, `there is no ${what} file ${file}`, {
    hint: `give the path of a ${what}.yaml`,
  });
}

function bundled(name: string, what: string, known: readonly string[], file: string): string {
  if (known.includes(name)) return file;
  throw new UsageError(`unknown-${what}`, `there is no bundled ${what} "${name}"`, {
    hint: `one of ${known.join(', ')}; or the path of your own, with a "/" in it`,
  });
}

function folders(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

export function profileNames(): readonly string[] {
  return readdirSync(profilesFolder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .sort();
}
