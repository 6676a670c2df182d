import { parseTarget, targetText } from '../../../infra/plan/target.ts';
import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { isDiskFault, type DiskFault } from '../../../infra/spec/fault.ts';
import { judgeDisk, tooMuch, whyDiskNotHealed, whyNothingToDo } from './disk-faults.ts';
import { blockBytes, isDiskAsBefore, readDisk, type DiskReading } from './disk-readings.ts';
import { Resident } from './resident.ts';
import type { Asked, TargetMeaning, TargetReader } from '../watch/target-watch.ts';
import { diskOf, type Victim } from '../victim/victim.ts';

/** Of a disk that is only looked at. */
const least = { bytes: blockBytes, files: 1 } as const;

/** Pure: what readings of disks mean. */
export const diskMeaning: TargetMeaning<DiskFault, DiskReading> = {
  isOf: isDiskFault,
  unread: { freeBytes: -1, freeInodes: -1, writeError: '', createError: '', residentError: null },
  judge(fault, { baseline, before, during, after }) {
    const result = judgeDisk(fault, before, during, after);
    const { measured } = result;
    const untold =
      during.freeBytes < 0
        ? 'the disk could not be read while it was in force'
        : whyNothingToDo(fault, baseline);
    return {
      ...result,
      ...(untold === null ? {} : { ok: false, why: untold }),
      samples: { before: [measured.before], during: [measured.during], after: [measured.after] },
    };
  },
  whyNotHealed: (fault, { before, after }) => whyDiskNotHealed(fault, before, after),
  isAsBefore: (before, now) => isDiskAsBefore(before, now),
};

/** Disks, read from inside their nodes. */
export class DiskReader implements TargetReader<DiskFault, DiskReading> {
  readonly #victims: readonly Victim[];
  /** By fault and target. */
  readonly #residents = new Map<string, Resident>();

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  beside(targets: readonly string[]): readonly string[] {
    const all = this.#victims.flatMap(({ node, disks }) =>
      disks.map((path) => targetText({ on: 'disk', node, path })),
    );
    return disksBeside(targets, all);
  }

  async enter({ id, targets }: ScheduledFault, fault: DiskFault): Promise<void> {
    if (fault.kind !== 'disk.readonly') return;
    await Promise.all(
      targets.map(async (target) => {
        const { victim, path } = diskOf(this.#victims, target);
        this.#residents.set(residentKey(id, target), await Resident.enter(victim.access, path));
      }),
    );
  }

  async read(
    target: string,
    { scheduled: { id }, fault }: Asked<DiskFault>,
    signal: AbortSignal,
  ): Promise<DiskReading> {
    const { victim, path } = diskOf(this.#victims, target);
    const reading = await readDisk(victim.access, path, fault === null ? least : tooMuch(fault), signal);
    const resident = this.#residents.get(residentKey(id, target));
    const residentError = resident === undefined ? null : await resident.createError();
    return { ...reading, residentError };
  }

  leave({ id }: ScheduledFault, target: string): void {
    const key = residentKey(id, target);
    this.#residents.get(key)?.leave();
    this.#residents.delete(key);
  }

  close(): void {
    for (const one of this.#residents.values()) one.leave();
    this.#residents.clear();
  }
}

function residentKey(fault: string, target: string): string {
  return `${fault} ${target}`;
}

/** Pure: the other disks of the same nodes, and the same disk of other nodes. */
export function disksBeside(targets: readonly string[], all: readonly string[]): readonly string[] {
  const own = targets.map(parseTarget);
  return all.filter((text) => {
    const disk = parseTarget(text);
    if (disk.on !== 'disk' || targets.includes(text)) return false;
    return own.some((one) => one.on === 'disk' && (one.node === disk.node || one.path === disk.path));
  });
}
