import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface FolderEntry {
  /** Relative to the folder, with "/" between names. */
  readonly path: string;
  readonly content: Buffer;
  readonly mode: number;
}

/** Names that are no part of a suite. */
const skipped = new Set(['node_modules', '__pycache__', '.git', '.pytest_cache']);

/** Every regular file below `dir`; links are left out, since they may lead anywhere. */
export function folderEntries(dir: string, below = ''): readonly FolderEntry[] {
  return readdirSync(join(dir, below), { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return folderEntries(dir, path);
    if (!entry.isFile()) return [];
    return [{ path, content: readFileSync(join(dir, path)), mode: lstatSync(join(dir, path)).mode & 0o777 }];
  });
}
