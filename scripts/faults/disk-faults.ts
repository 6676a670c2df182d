import { assertNever } from '../../infra/errors.ts';
import type { Fault } from '../../infra/spec/fault.ts';
import type { NodeAccess } from '../nodes/node.ts';
import type { Hold } from './hold.ts';
import type { Receipt } from '../verdict/receipt.ts';

export type DiskFault = Extract<Fault, { on: { disks: unknown } }>;

export function isDiskFault(fault: Fault): fault is DiskFault {
  return 'disks' in fault.on;
}

/** Starts the fault on one disk of a node, its undo first. */
export async function injectDisk(hold: Hold, id: string, fault: DiskFault, path: string): Promise<void> {
  const name = id.replaceAll(/[^A-Za-z0-9]/g, '-');
  switch (fault.kind) {
    case 'disk.space':
      await hold.start(id, ['diskfill', 'bytes', path, String(fault.freeBytes), name]);
      return;
    case 'disk.inodes':
      await hold.start(id, ['diskfill', 'inodes', path, String(fault.freeInodes), name]);
      return;
    case 'disk.readonly': {
      const inside = (...argv: readonly string[]): readonly string[] => ['nsenter', '-t', '1', '-m', ...argv];
      await hold.undo(id, inside('umount', path));
      await hold.do(inside('mount', '--bind', path, path));
      await hold.do(inside('mount', '-o', 'remount,bind,ro', path));
      return;
    }
    default:
      assertNever(fault);
  }
}

export interface DiskReading {
  /** -1 where it could not be read. */
  readonly freeBytes: number;
  readonly freeInodes: number;
  /** What a write of more than is free said: empty where it went through. */
  readonly writeError: string;
  readonly createError: string;
}

/** statvfs, and writes that should fail, inside the node itself; both leave nothing. */
export async function readDisk(node: NodeAccess, path: string, bytes: number): Promise<DiskReading> {
  const script = [
    'stat -f -c "%a %S %d" "$1"',
    'f="$1/.understudy-write.$$"',
    'e=$( { : > "$f"; } 2>&1 ) || { echo "create $e"; exit 0; }',
    'echo "create"',
    'e=$(fallocate -l "$2" "$f" 2>&1); echo "write $e"',
    'rm -f "$f"',
  ].join('\n');
  const { stdout } = await node.exec(['sh', '-c', script, 'sh', path, String(bytes)], { timeoutMs: 20_000 });
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
  };
}

/** One block of tmpfs and ext4: file systems give whole blocks. */
export const blockBytes = 4096;
/** A live application may use, never free, this much between filling and measuring. */
const liveUseBytes = 1024 * 1024;
const liveUseInodes = 64;

/** What the write of a reading must ask for to be more than the fault leaves. */
export function tooMuch(fault: DiskFault): number {
  return fault.kind === 'disk.space' ? fault.freeBytes + 16 * blockBytes : 16 * blockBytes;
}

/** Pure: whether a healed disk is as it was but for what a live application may have used, and takes a file again. */
export function isDiskBack(before: DiskReading, after: DiskReading): boolean {
  return (
    after.freeBytes >= 0 &&
    after.freeInodes >= 0 &&
    after.freeBytes >= before.freeBytes - liveUseBytes &&
    after.freeInodes >= before.freeInodes - liveUseInodes &&
    (after.createError === '' || before.createError !== '')
  );
}

type Judged = Pick<Receipt, 'requested' | 'measured' | 'unit' | 'n' | 'tolerance' | 'ok' | 'why'>;

/** Pure: asked against measured. */
export function judgeDisk(
  fault: DiskFault,
  before: DiskReading,
  during: DiskReading,
  after: DiskReading,
): Judged {
  const three = (of: (reading: DiskReading) => number): Receipt['measured'] => ({
    before: of(before),
    during: of(during),
    after: of(after),
  });
  const end = (
    unit: Judged['unit'],
    requested: number,
    tolerance: number,
    of: (reading: DiskReading) => number,
    ok: boolean,
    seen: string,
  ): Judged => ({
    requested,
    measured: three(of),
    unit,
    n: 1,
    tolerance,
    ok,
    why: ok ? '' : seen,
  });
  switch (fault.kind) {
    case 'disk.space': {
      const { freeBytes, writeError } = during;
      const held =
        freeBytes >= 0 &&
        freeBytes <= fault.freeBytes + blockBytes &&
        freeBytes >= fault.freeBytes - liveUseBytes;
      const full = writeError.includes('No space left');
      return end(
        'byte',
        fault.freeBytes,
        liveUseBytes,
        (one) => one.freeBytes,
        held && full,
        `${freeBytes} bytes were free, a larger write said "${writeError}"`,
      );
    }
    case 'disk.inodes': {
      const { freeInodes, createError } = during;
      const held =
        freeInodes >= 0 && freeInodes <= fault.freeInodes && freeInodes >= fault.freeInodes - liveUseInodes;
      const full = fault.freeInodes > 0 || createError.includes('No space left');
      return end(
        'inode',
        fault.freeInodes,
        liveUseInodes,
        (one) => one.freeInodes,
        held && full,
        `${freeInodes} inodes were free, a new file said "${createError}"`,
      );
    }
    case 'disk.readonly': {
      const refused = (one: DiskReading): number => (one.createError.includes('Read-only') ? 1 : 0);
      const ok = refused(before) === 0 && refused(during) === 1;
      return end('bool', 1, 0, refused, ok, `a new file said "${during.createError}"`);
    }
    default:
      return assertNever(fault);
  }
}
