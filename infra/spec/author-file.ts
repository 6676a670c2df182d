import { accessSync, constants, readFileSync, statSync, type Stats } from 'node:fs';
import { UsageError } from '../errors.ts';

/** Specs, stacks and profiles are written by hand; what is larger was meant to be something else. */
export const maxSpecBytes = 4 * 1024 * 1024;

/**
 * Why a path that an author gave leads to no file that can be read, as words to put behind the path; `missing` where there
 * is nothing at all. null: it leads to one.
 */
export function whyNoFile(path: string): NoFile | null {
  return looked(path, (stats) => {
    if (stats.isDirectory()) return 'is a folder';
    if (!stats.isFile()) return 'is a device, a pipe or a socket';
    accessSync(path, constants.R_OK);
    return null;
  });
}

/** The same for a folder. */
export function whyNoFolder(path: string): NoFile | null {
  return looked(path, (stats) => {
    if (!stats.isDirectory()) return 'is no folder';
    accessSync(path, constants.R_OK | constants.X_OK);
    return null;
  });
}

export interface NoFile {
  readonly missing: boolean;
  /** "is a folder". */
  readonly why: string;
}

/** What `whyNoFile` found good, read. @throws UsageError (64) all the same: a file can go, or refuse when it is read. */
export function readAuthorFile(path: string): Uint8Array {
  const not = whyNoFile(path);
  if (not !== null) throw unreadable(path, not.why);
  try {
    return readFileSync(path);
  } catch (error) {
    throw unreadable(path, said(error).why, error);
  }
}

function unreadable(path: string, why: string, cause?: unknown): UsageError {
  return new UsageError('unreadable', `${path} ${why}`, {
    hint: 'give the path of a file that this account may read',
    cause,
  });
}

function looked(path: string, judge: (stats: Stats) => string | null): NoFile | null {
  try {
    const why = judge(statSync(path));
    return why === null ? null : { missing: false, why };
  } catch (error) {
    return said(error);
  }
}

/** "is a folder", "cannot be read (EIO)": what an error of the file system says of its file. */
export function whyUnreadable(error: unknown): string {
  return said(error).why;
}

function said(error: unknown): NoFile {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
  return {
    missing: code === 'ENOENT' || code === 'ENOTDIR',
    why: reasons[code] ?? `cannot be read (${code})`,
  };
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of its path is a file',
  ELOOP: 'is a symbolic link that leads back to itself',
  EACCES: 'may not be read by this account',
  EPERM: 'may not be read by this account',
  ENAMETOOLONG: 'has a longer name than a file can have',
  EISDIR: 'is a folder',
};
