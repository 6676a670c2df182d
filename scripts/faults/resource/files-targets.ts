import { setTimeout as delay } from 'node:timers/promises';
import { unitFile } from '../../nodes/unit-file.ts';
import { isFilesFault, type FilesFault } from '../../../infra/spec/fault.ts';
import type { Asked, TargetMeaning, TargetReader } from '../watch/target-watch.ts';
import { readUnit, type UnitProcess } from '../units/unit-readings.ts';
import { unitsBeside } from '../units/units-beside.ts';
import { unitOf, type Victim } from '../victim/victim.ts';

/** How many files a unit's processes may have open, by the kernel's own account of each. */
export interface FilesReading {
  /** Of the one that may have the fewest, and of the one that may have the most; -1 without any. */
  readonly fewest: number;
  readonly most: number;
  readonly processes: number;
}

/** A unit that was just started may still be coming up. */
const settleMs = 5_000;
const pollMs = 100;

/** Pure: what it means how many files a unit's processes may have open. */
export const filesMeaning: TargetMeaning<FilesFault, FilesReading> = {
  isOf: isFilesFault,
  unread: { fewest: -1, most: -1, processes: 0 },
  judge({ openFiles }, { before, during, after }) {
    const [was, is, left] = [before.fewest, during.most, after.fewest];
    const ok = was > openFiles && is === openFiles && during.fewest === openFiles;
    return {
      ...{ requested: openFiles, unit: 'file', n: during.processes, tolerance: 0, ok },
      measured: { before: was, during: is, after: left },
      samples: { before: [was], during: [is], after: [left] },
      why: ok ? '' : whyNot(openFiles, before, during),
    };
  },
  whyNotHealed(_fault, { before, after }) {
    if (after.processes === 0) return 'the unit has no process';
    return after.fewest >= before.fewest
      ? ''
      : `one of its processes may have no more than ${after.fewest}, and before it was ${before.fewest}`;
  },
  isAsBefore: (before, now) => before.processes === 0 || now.fewest >= before.fewest,
};

function whyNot(openFiles: number, before: FilesReading, during: FilesReading): string {
  if (before.processes === 0) return 'the unit had no process before';
  if (before.fewest <= openFiles)
    return `one of its processes might have no more than ${before.fewest} before`;
  if (during.processes === 0) return 'the unit has no process';
  return `its ${during.processes} processes may have ${during.fewest} to ${during.most}`;
}

/** Pure. */
export function filesReading(processes: readonly UnitProcess[]): FilesReading {
  const files = processes.map((one) => one.files);
  return {
    fewest: files.length === 0 ? -1 : Math.min(...files),
    most: files.length === 0 ? -1 : Math.max(...files),
    processes: files.length,
  };
}

/** Units, whose processes the kernel of their node is asked about. */
export class FilesReader implements TargetReader<FilesFault, FilesReading> {
  readonly #victims: readonly Victim[];

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  /** The other units of the same nodes, and the same unit of other nodes. */
  beside(targets: readonly string[]): readonly string[] {
    return unitsBeside(this.#victims, targets);
  }

  async read(target: string, { moment, fault }: Asked<FilesFault>, signal: AbortSignal) {
    const { victim, unit } = unitOf(this.#victims, target);
    const look = async (): Promise<FilesReading> =>
      filesReading((await readUnit(victim.access, unitFile(unit), signal)).processes);
    const giveUpAt = performance.now() + settleMs;
    let now = await look();
    while (moment === 'after' && fault !== null && now.processes === 0 && performance.now() < giveUpAt) {
      await delay(pollMs, undefined, { signal });
      now = await look();
    }
    return now;
  }
}
