import type { PlacedFile } from '../../images/stack.ts';
import type { Problem } from '../errors.ts';
import type { NoFile } from './author-file.ts';
import type { Cluster } from './cluster.ts';
import type { Path, SpecDocument } from './document.ts';
import { problemAt } from './problems.ts';

/** What is there of what a file names; paths are as written, relative to that file. */
export interface Surroundings {
  /** null: it is a file that can be read. */
  whyNoFile(path: string): NoFile | null;
  whyNoFolder(path: string): NoFile | null;
}

/** Names of files and folders that lead to nothing. */
export function missingFromCluster(
  document: SpecDocument,
  { roles, dependencies, suites, reference }: Cluster,
  there: Surroundings,
): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [name, { image, files }] of Object.entries(roles)) {
    const isFolder = image.startsWith('.') || image.startsWith('/');
    const stack = isFolder ? there.whyNoFile(`${image}/stack.yaml`) : null;
    if (stack !== null) {
      problems.push(
        problemAt(document, ['roles', name, 'image'], {
          code: 'image-missing',
          message: stack.missing ? `there is no stack.yaml in ${image}` : `${image}/stack.yaml ${stack.why}`,
          hint: 'a folder relative to this file that holds a stack.yaml',
        }),
      );
    }
    problems.push(...missingSources(document, ['roles', name, 'files'], files, there));
  }
  for (const [name, dependency] of Object.entries(dependencies)) {
    const mock = dependency.protocol === 'tcp' ? [] : (dependency.mock ?? []);
    for (const [index, { bodyFile }] of mock.entries()) {
      const not = bodyFile === undefined ? null : there.whyNoFile(bodyFile);
      if (bodyFile === undefined || not === null) continue;
      problems.push(
        problemAt(document, ['dependencies', name, 'mock', index, 'bodyFile'], {
          code: 'file-missing',
          message: wordsOf(bodyFile, not),
          hint: 'a path relative to this file',
        }),
      );
    }
  }
  for (const [name, { dir }] of Object.entries(suites)) {
    const not = there.whyNoFolder(dir);
    if (not === null) continue;
    problems.push(
      problemAt(document, ['suites', name, 'dir'], {
        code: 'dir-missing',
        message: not.missing ? `${dir} is no folder` : `${dir} ${not.why}`,
        hint: 'a folder relative to this file',
      }),
    );
  }
  const facts = reference === undefined ? null : there.whyNoFile(reference);
  if (reference !== undefined && facts !== null) {
    problems.push(
      problemAt(document, ['reference'], {
        code: 'reference-missing',
        message: wordsOf(reference, facts),
        hint: 'facts captured from production, relative to this file; leave it out to compare with nothing',
      }),
    );
  }
  return problems;
}

/** Files that are to be copied from beside the document. */
export function missingSources(
  document: SpecDocument,
  at: Path,
  files: Readonly<Record<string, PlacedFile>>,
  there: Surroundings,
): readonly Problem[] {
  return Object.entries(files).flatMap(([path, { source }]) => {
    const not = source === undefined ? null : there.whyNoFile(source);
    if (source === undefined || not === null) return [];
    return [
      problemAt(document, [...at, path, 'source'], {
        code: 'file-missing',
        message: wordsOf(source, not),
        hint: 'a path relative to this file',
      }),
    ];
  });
}

function wordsOf(path: string, { missing, why }: NoFile): string {
  return missing ? `there is no file ${path}` : `${path} ${why}`;
}
