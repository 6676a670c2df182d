import { lstatSync, readdirSync, readFileSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { HostError } from '../../infra/errors.ts';

export interface FolderEntry {
  /** Relative to the folder, with "/" between names. */
  readonly path: string;
  readonly content: Buffer;
  readonly mode: number;
}

/** What is no part of a suite: installed packages, caches that runs leave beside it, and our own run folders and state. */
const skipped = new Set([
  'node_modules',
  '.git',
  '__pycache__',
  '.pytest_cache',
  '.mypy_cache',
  '.ruff_cache',
  '.hypothesis',
  '.coverage',
  '.nyc_output',
  '.runs',
  '.state',
]);

export interface FolderFile {
  readonly path: string;
  /** `closed`: a folder that we may not read. */
  readonly kind: 'file' | 'link' | 'closed';
}

/** Every file and link of a suite below `dir`, in the order of their names. */
export function folderFiles(dir: string, below = ''): readonly FolderFile[] {
  const entries = entriesOf(join(dir, below));
  if (entries === null) return [{ path: below, kind: 'closed' }];
  return entries.flatMap((entry): readonly FolderFile[] => {
    if (skipped.has(entry.name)) return [];
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return folderFiles(dir, path);
    if (entry.isSymbolicLink()) return [{ path, kind: 'link' }];
    return entry.isFile() ? [{ path, kind: 'file' }] : [];
  });
}

/** Every regular file below `dir`; links are left out, since they may lead anywhere. */
export function folderEntries(dir: string): readonly FolderEntry[] {
  return folderFiles(dir).flatMap(({ path: name, kind }) => {
    const path = join(dir, name);
    if (kind === 'closed')
      throw new HostError('file', `${path} cannot be read`, { hint: 'look at its owner and mode' });
    return kind === 'link'
      ? []
      : [{ path: name, content: readFileSync(path), mode: lstatSync(path).mode & 0o777 }];
  });
}

function entriesOf(folder: string): readonly Dirent[] | null {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return null;
  }
}
