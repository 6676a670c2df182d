import type { PlacedFile } from '../../images/stack.ts';
import type { Problem } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import type { Path, SpecDocument } from './document.ts';
import { problemAt } from './problems.ts';

/** What is there of what a file names; paths are as written, relative to that file. */
export interface Surroundings {
  isFile(path: string): boolean;
  isFolder(path: string): boolean;
}

/** Names of files and folders that lead to nothing. */
export function missingFromCluster(
  document: SpecDocument,
  { roles, suites, reference }: Cluster,
  there: Surroundings,
): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [name, { image, files }] of Object.entries(roles)) {
    const isFolder = image.startsWith('.') || image.startsWith('/');
    if (isFolder && !there.isFile(`${image}/stack.yaml`)) {
      problems.push(
        problemAt(document, ['roles', name, 'image'], {
          code: 'image-missing',
          message: `there is no stack.yaml in ${image}`,
          hint: 'a folder relative to this file that holds a stack.yaml',
        }),
      );
    }
    problems.push(...missingSources(document, ['roles', name, 'files'], files, there));
  }
  for (const [name, { dir }] of Object.entries(suites)) {
    if (there.isFolder(dir)) continue;
    problems.push(
      problemAt(document, ['suites', name, 'dir'], {
        code: 'dir-missing',
        message: `${dir} is no folder`,
        hint: 'a folder relative to this file',
      }),
    );
  }
  if (reference !== undefined && !there.isFile(reference)) {
    problems.push(
      problemAt(document, ['reference'], {
        code: 'reference-missing',
        message: `there is no file ${reference}`,
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
  return Object.entries(files).flatMap(([path, { source }]) =>
    source === undefined || there.isFile(source)
      ? []
      : [
          problemAt(document, [...at, path, 'source'], {
            code: 'file-missing',
            message: `there is no file ${source}`,
            hint: 'a path relative to this file',
          }),
        ],
  );
}
