import type { NodeAccess } from '../../nodes/node.ts';

export interface DiskReading {
  /** -1 where it could not be read. */
  readonly freeBytes: number;
  readonly freeInodes: number;
  /** What a write of more than may be free said: empty where it went through. */
  readonly writeError: string;
  /** What one of more new files than may be free said; empty where all went through. */
  readonly createError: string;
  /** What a new file said to a process that has been inside since before the fault; null where there was none. */
  readonly residentError: string | null;
}

/** How much a reading tries to write: more than may be free. */
export interface DiskWrite {
  readonly bytes: number;
  readonly files: number;
}

/** statvfs, and writes that should fail, inside the node itself; both leave nothing. */
export async function readDisk(
  node: NodeAccess,
  path: string,
  { bytes, files }: DiskWrite,
  signal: AbortSignal,
): Promise<DiskReading> {
  const script = [
    'stat -f -c "%a %S %d" "$1"',
    'f="$1/.understudy-write.$$"',
    'i=0 e=',
    'while [ $i -lt "$3" ]; do e=$( { : > "$f.$i"; } 2>&1 ) || break; i=$((i + 1)); done',
    'echo "create $e"',
    '[ $i -eq 0 ] || { e=$(fallocate -l "$2" "$f.0" 2>&1); echo "write $e"; }',
    'rm -f "$f".*',
  ].join('\n');
  const { stdout } = await node.exec(['sh', '-c', script, 'sh', path, String(bytes), String(files)], {
    environment: { LC_ALL: 'C' },
    timeoutMs: 20_000,
    signal,
  });
  const [first = '', ...rest] = stdout.split('\n');
  const [blocks = NaN, size = NaN, inodes = NaN] = first.split(' ').map(Number);
  const said = (verb: string): string | undefined =>
    rest
      .find((line) => line.startsWith(verb))
      ?.slice(verb.length)
      .trim();
  const createError = said('create') ?? 'not tried';
  return {
    freeBytes: Number.isFinite(blocks * size) ? blocks * size : -1,
    freeInodes: Number.isFinite(inodes) ? inodes : -1,
    createError,
    writeError: said('write') ?? createError,
    residentError: null,
  };
}

/** One block of tmpfs and ext4: file systems give whole blocks. */
export const blockBytes = 4096;
/** A live application may use or free this much between two readings, or between a fault and the reading of it. */
export const liveUse = { bytes: 1024 * 1024, inodes: 64 } as const;

/** How much less may be free than was. */
export type DiskUse = Readonly<Record<keyof typeof liveUse, number>>;

/** Pure: whether a disk is as it was but for what may have been used, and takes a file again. */
export function isDiskAsBefore(before: DiskReading, now: DiskReading, used: DiskUse = liveUse): boolean {
  const takes = (error: string | null, was: string | null): boolean =>
    error === null || error === '' || (was !== null && was !== '');
  return (
    now.freeBytes >= 0 &&
    now.freeInodes >= 0 &&
    now.freeBytes >= before.freeBytes - used.bytes &&
    now.freeInodes >= before.freeInodes - used.inodes &&
    takes(now.createError, before.createError) &&
    takes(now.residentError, before.residentError)
  );
}
