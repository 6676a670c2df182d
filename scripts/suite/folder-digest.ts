import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadProfile } from '../../infra/spec/load.ts';
import { folderFiles, type FolderFile } from './folder.ts';

/** So much of a folder is read; of what is beyond, size and time of change stand for the content. */
const mostBytes = 64 * 1024 * 1024;
/** What package managers write of what they have installed: node_modules itself is not looked at. */
const installed = ['.package-lock.json', '.yarn-integrity', '.modules.yaml'];
const leftOut = 'left out';

/**
 * SHA-256 of what a suite is: names, modes and contents of the files in its folder, where its links lead, and what is
 * installed in its node_modules. Left out are profiles, which no control runs, and the files of `except` (absolute): what
 * counts elsewhere, and what suites write. What a suite reads from other folders is not seen.
 *
 * A folder of more than 64 MiB, such as the root of a large repository, is read as far as that; a file behind it counts by
 * its size and by when the file system last saw it change, which a fresh checkout changes too: a suite may then count as
 * changed when it is not, never the other way round.
 */
export function folderDigest(dir: string, except: ReadonlySet<string>): string {
  const digest = createHash('sha256');
  let left = mostBytes;
  for (const file of folderFiles(dir)) {
    const path = resolve(dir, file.path);
    if (except.has(path)) continue;
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) continue; // gone since it was listed
    left -= stats.size;
    const content = left < 0 ? `${stats.size} bytes, ${stats.ctimeMs}` : contentOf(path, file);
    if (content === leftOut) continue;
    digest.update(JSON.stringify([file.path, file.kind, stats.mode & 0o777, content]));
  }
  for (const name of installed) digest.update(JSON.stringify(bytesOf(join(dir, 'node_modules', name))));
  return digest.digest('hex');
}

function contentOf(path: string, { kind }: FolderFile): string {
  switch (kind) {
    case 'closed':
      return kind;
    case 'link':
      return readlinkSync(path);
    case 'file': {
      const bytes = bytesOf(path);
      if (bytes === null) return 'closed';
      return /\.ya?ml$/.test(path) && isProfile(path)
        ? leftOut
        : createHash('sha256').update(bytes).digest('hex');
    }
  }
}

/** By what it is, since a suite may have files that only look like one. */
function isProfile(path: string): boolean {
  try {
    loadProfile(path);
    return true;
  } catch {
    return false; // whatever else it is, it counts
  }
}

/** null: it is not there, or we may not read it. */
function bytesOf(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
