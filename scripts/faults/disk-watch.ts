import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { isDiskFault, tooMuch, type DiskFault } from './disk-faults.ts';
import { blockBytes, readDisk, type DiskReading } from './disk-readings.ts';
import type { InForce } from './in-force.ts';
import { Resident } from './resident.ts';
import type { DiskMeasurement } from './session-receipts.ts';
import { diskOf, type Victim } from './victim.ts';

/** Of a disk that is only looked at. */
const least = { bytes: blockBytes, files: 1 } as const;

type DiskReadings = ReadonlyMap<string, DiskReading>;

/** What disks read around each fault: its own, and those beside them. */
export class DiskWatch {
  readonly #victims: readonly Victim[];
  readonly #faults: ReadonlyMap<ScheduledFault, DiskFault>;
  readonly #inForce: InForce;
  readonly #signal: AbortSignal;
  readonly #baseline = new Map<string, DiskReading>();
  readonly #measured = new Map<string, DiskMeasurement>();
  readonly #after = new Map<string, Map<string, DiskReading>>();
  /** By fault and target. */
  readonly #residents = new Map<string, Resident>();

  constructor(
    victims: readonly Victim[],
    faults: readonly ScheduledFault[],
    inForce: InForce,
    signal: AbortSignal,
  ) {
    this.#victims = victims;
    this.#inForce = inForce;
    this.#signal = signal;
    this.#faults = new Map(
      faults.flatMap((one) => (isDiskFault(one.fault) ? [[one, one.fault] as const] : [])),
    );
  }

  /** How full the disks are that faults are to come on, before any is. */
  async begin(): Promise<void> {
    const targets = new Set([...this.#faults.keys()].flatMap((scheduled) => scheduled.targets));
    await Promise.all(
      [...targets].map(async (target) => {
        const { victim, path } = diskOf(this.#victims, target);
        this.#baseline.set(target, await readDisk(victim.access, path, least, this.#signal));
      }),
    );
  }

  /** All that a change of this fault reads or writes: its own targets, and the disks beside them. */
  touches(scheduled: ScheduledFault): readonly string[] {
    const { targets } = scheduled;
    return this.#faults.has(scheduled) ? [...targets, ...disksBeside(targets, this.#disks())] : targets;
  }

  /** Reads them, lets `inject` put the fault in force, and reads them again. */
  async around(scheduled: ScheduledFault, inject: () => Promise<void>): Promise<void> {
    const fault = this.#faults.get(scheduled);
    if (fault === undefined) {
      await inject();
      return;
    }
    const { id } = scheduled;
    const all = this.touches(scheduled);
    if (fault.kind === 'disk.readonly') await this.#enter(scheduled);
    const { result, touched } = await this.#inForce.watching(async () => {
      const before = await this.#read(scheduled, fault, all);
      await inject();
      return { before, during: await this.#read(scheduled, fault, all) };
    });
    this.#measured.set(id, { baseline: this.#baseline, ...result, touched, after: new Map() });
  }

  /** After a heal: what a disk reads on which no fault is left is what is after each of those that were on it. */
  async freed({ targets }: ScheduledFault): Promise<void> {
    const free = targets.filter((target) => this.#inForce.on(target).length === 0);
    for (const [scheduled, fault] of this.#faults) {
      if (!this.#measured.has(scheduled.id)) continue;
      await this.#readAfter(scheduled, fault, free);
    }
  }

  /** What is not read yet is read now, whatever holds it still; of what cannot be read there is no reading. */
  async finish(): Promise<ReadonlyMap<string, DiskMeasurement>> {
    for (const [scheduled, fault] of this.#faults)
      await Promise.allSettled(
        scheduled.targets.map(async (one) => this.#readAfter(scheduled, fault, [one])),
      );
    this.#signal.throwIfAborted();
    return new Map(
      [...this.#faults.keys()].map(({ id }) => {
        const measured = this.#measured.get(id) ?? {
          baseline: this.#baseline,
          before: new Map(),
          during: new Map(),
          touched: new Set(),
        };
        return [id, { ...measured, after: this.#after.get(id) ?? new Map() }];
      }),
    );
  }

  close(): void {
    for (const one of this.#residents.values()) one.leave();
    this.#residents.clear();
  }

  async #enter({ id, targets }: ScheduledFault): Promise<void> {
    await Promise.all(
      targets.map(async (target) => {
        const { victim, path } = diskOf(this.#victims, target);
        this.#residents.set(`${id} ${target}`, await Resident.enter(victim.access, path));
      }),
    );
  }

  async #readAfter(scheduled: ScheduledFault, fault: DiskFault, targets: readonly string[]): Promise<void> {
    const known = this.#after.get(scheduled.id) ?? new Map<string, DiskReading>();
    this.#after.set(scheduled.id, known);
    const wanted = scheduled.targets.filter((target) => targets.includes(target) && !known.has(target));
    for (const [target, reading] of await this.#read(scheduled, fault, wanted)) {
      known.set(target, reading);
      const key = `${scheduled.id} ${target}`;
      this.#residents.get(key)?.leave();
      this.#residents.delete(key);
    }
  }

  async #read(
    { id, targets: own }: ScheduledFault,
    fault: DiskFault,
    targets: readonly string[],
  ): Promise<DiskReadings> {
    return new Map(
      await Promise.all(
        targets.map(async (target) => {
          const { victim, path } = diskOf(this.#victims, target);
          const write = own.includes(target) ? tooMuch(fault) : least;
          const reading = await readDisk(victim.access, path, write, this.#signal);
          const resident = this.#residents.get(`${id} ${target}`);
          const residentError = resident === undefined ? null : await resident.createError();
          return [target, { ...reading, residentError }] as const;
        }),
      ),
    );
  }

  #disks(): readonly string[] {
    return this.#victims.flatMap(({ node, disks }) => disks.map((path) => `${node}:${path}`));
  }
}

/** Pure: the other disks of the same nodes, and the same disk of other nodes. */
export function disksBeside(targets: readonly string[], all: readonly string[]): readonly string[] {
  const node = (target: string): string => target.slice(0, target.indexOf(':'));
  const path = (target: string): string => target.slice(target.indexOf(':'));
  return all.filter(
    (disk) =>
      !targets.includes(disk) &&
      targets.some((target) => node(target) === node(disk) || path(target) === path(disk)),
  );
}
