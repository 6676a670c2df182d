import { assertNever } from '../../../infra/errors.ts';
import type { DiskFault } from '../../../infra/spec/fault.ts';
import {
  blockBytes,
  isDiskAsBefore,
  liveUse,
  type DiskReading,
  type DiskUse,
  type DiskWrite,
} from './disk-readings.ts';
import type { Judged } from '../watch/judge.ts';
import type { Receipt } from '../../verdict/receipt.ts';

/** What a reading must ask for to be more than the fault leaves, whatever a live application freed meanwhile. */
export function tooMuch(fault: DiskFault): DiskWrite {
  const bytes = 16 * blockBytes;
  switch (fault.kind) {
    case 'disk.space':
      return { bytes: fault.freeBytes + liveUse.bytes + bytes, files: 1 };
    case 'disk.inodes':
      return { bytes, files: fault.freeInodes + liveUse.inodes + 1 };
    case 'disk.readonly':
      return { bytes, files: 1 };
    default:
      return assertNever(fault);
  }
}

/** Pure: what of the disk is not as it was before the fault, but for what an application may have used since. */
export function whyDiskNotHealed(fault: DiskFault, before: DiskReading, after: DiskReading): string {
  if (isDiskAsBefore(before, after, usedSince(fault))) return '';
  return after.freeBytes < 0
    ? 'the disk could not be read'
    : `${diskWords(after)}; before, ${diskWords(before)}`;
}

function diskWords({ freeBytes, freeInodes, writeError, createError, residentError }: DiskReading): string {
  const errors = [...new Set([writeError, createError, residentError ?? ''])].filter((one) => one !== '');
  const refused =
    errors.length === 0 ? 'nothing was refused' : `files were refused with "${errors.join('", "')}"`;
  return `${freeBytes} bytes and ${freeInodes} inodes were free, and ${refused}`;
}

/** However long it lasted: what the fault left, and no end of what it did not hold. Of a read-only disk only errors tell. */
function usedSince(fault: DiskFault): DiskUse {
  switch (fault.kind) {
    case 'disk.space':
      return { bytes: fault.freeBytes + liveUse.bytes, inodes: Infinity };
    case 'disk.inodes':
      return { bytes: Infinity, inodes: fault.freeInodes + liveUse.inodes };
    case 'disk.readonly':
      return { bytes: Infinity, inodes: Infinity };
    default:
      return assertNever(fault);
  }
}

/**
 * Pure: a disk that had no more free before any fault of the run is as full as was asked without one, and no reading tells
 * whether the fault did anything. null: it had more. What an application has used since makes no difference to that.
 */
export function whyNothingToDo(fault: DiskFault, baseline: DiskReading): string | null {
  const told = (had: number, asked: number, unit: string): string | null =>
    had > asked
      ? null
      : `the disk had ${had} ${unit} free without any fault, and ${asked} were asked for: ask for less`;
  switch (fault.kind) {
    case 'disk.space':
      return told(baseline.freeBytes, fault.freeBytes, 'bytes');
    case 'disk.inodes':
      return told(baseline.freeInodes, fault.freeInodes, 'inodes');
    case 'disk.readonly':
      return null;
    default:
      return assertNever(fault);
  }
}

/**
 * What may lie between asked and measured: what a live application uses or frees, but where the fault takes less than
 * twice that, half of what it takes, so that a disk without the fault never agrees.
 */
function toleranceOf(requested: number, before: number, live: number): number {
  return before > requested ? Math.min(live, Math.floor((before - requested) / 2)) : live;
}

type DiskJudged = Omit<Judged, 'samples'>;

/** Pure: asked against measured. */
export function judgeDisk(
  fault: DiskFault,
  before: DiskReading,
  during: DiskReading,
  after: DiskReading,
): DiskJudged {
  const three = (of: (reading: DiskReading) => number): Receipt['measured'] => ({
    before: of(before),
    during: of(during),
    after: of(after),
  });
  const end = (
    unit: DiskJudged['unit'],
    requested: number,
    tolerance: number,
    of: (reading: DiskReading) => number,
    ok: boolean,
    seen: string,
  ): DiskJudged => ({
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
      const tolerance = Math.max(blockBytes, toleranceOf(fault.freeBytes, before.freeBytes, liveUse.bytes));
      const held = freeBytes >= 0 && Math.abs(freeBytes - fault.freeBytes) <= tolerance;
      const full = writeError.includes('No space left');
      return end(
        'byte',
        fault.freeBytes,
        tolerance,
        (one) => one.freeBytes,
        held && full,
        `${freeBytes} bytes were free, a larger write said "${writeError}"`,
      );
    }
    case 'disk.inodes': {
      const { freeInodes, createError } = during;
      const tolerance = toleranceOf(fault.freeInodes, before.freeInodes, liveUse.inodes);
      const held = freeInodes >= 0 && Math.abs(freeInodes - fault.freeInodes) <= tolerance;
      const full = createError.includes('No space left');
      return end(
        'inode',
        fault.freeInodes,
        tolerance,
        (one) => one.freeInodes,
        held && full,
        `${freeInodes} inodes were free, one new file too many said "${createError}"`,
      );
    }
    case 'disk.readonly': {
      const refusals = ({ createError, residentError }: DiskReading): readonly boolean[] =>
        [createError, residentError ?? ''].map((error) => error.includes('Read-only'));
      const anyRefused = (one: DiskReading): number => (refusals(one).includes(true) ? 1 : 0);
      const allRefused = refusals(during).includes(false) ? 0 : 1;
      const ok = anyRefused(before) === 0 && allRefused === 1;
      const seen = `a new file said "${during.createError}", and "${during.residentError ?? 'nothing'}" to a process inside since before`;
      return {
        ...end('bool', 1, 0, anyRefused, ok, seen),
        measured: { before: anyRefused(before), during: allRefused, after: anyRefused(after) },
      };
    }
    default:
      return assertNever(fault);
  }
}
