import { targetText } from '../../../infra/plan/target.ts';
import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { isDiskCallFault, type DiskCallFault } from '../../../infra/spec/fault.ts';
import { diskCallMeaning, type DiskCallReading } from './disk-call-meaning.ts';
import { callPlan, leastPlan } from './disk-call-plan.ts';
import { DiskCaller } from './disk-calls.ts';
import { blockBytes, readDisk } from './disk-readings.ts';
import { disksBeside } from './disk-targets.ts';
import type { Asked, TargetReader } from '../watch/target-watch.ts';
import { diskOf, type Victim } from '../victim/victim.ts';

/** Disks, by calls that a process inside their node makes; those of nodes where nothing may go in, from the node itself. */
export class DiskCallReader implements TargetReader<DiskCallFault, DiskCallReading> {
  readonly #victims: readonly Victim[];
  /** Nodes whose side-car may go in, since such a fault is to be there. */
  readonly #entered: ReadonlySet<string>;
  /** By fault and target. */
  readonly #callers = new Map<string, DiskCaller>();

  constructor(victims: readonly Victim[], faults: readonly ScheduledFault[]) {
    this.#victims = victims;
    const targets = faults.flatMap(({ fault, targets }) => (isDiskCallFault(fault) ? [...targets] : []));
    this.#entered = new Set(targets.map((target) => diskOf(victims, target).victim.node));
  }

  beside(targets: readonly string[]): readonly string[] {
    const all = this.#victims.flatMap(({ node, disks }) =>
      disks.map((path) => targetText({ on: 'disk', node, path })),
    );
    return disksBeside(targets, all);
  }

  async read(
    target: string,
    { scheduled, fault, moment }: Asked<DiskCallFault>,
    signal: AbortSignal,
  ): Promise<DiskCallReading> {
    const { victim, path } = diskOf(this.#victims, target);
    // What is read before any fault tells nothing that what is read before this one does not.
    if (moment === 'baseline') return diskCallMeaning.unread;
    if (!this.#entered.has(victim.node))
      return {
        ...diskCallMeaning.unread,
        disk: await readDisk(victim.access, path, { bytes: blockBytes, files: 1 }, signal),
      };
    try {
      return await this.#called(target, scheduled, fault, victim, path);
    } finally {
      if (fault === null && moment !== 'before') this.leave(scheduled, target);
    }
  }

  async #called(
    target: string,
    scheduled: ScheduledFault,
    fault: DiskCallFault | null,
    victim: Victim,
    path: string,
  ): Promise<DiskCallReading> {
    const { count, bytes, patienceMs, file } = fault === null ? leastPlan : callPlan(fault);
    const key = callerKey(scheduled.id, target);
    // One that was inside has gone with its node, where that has been killed.
    if (this.#callers.get(key)?.hasEnded === true) this.leave(scheduled, target);
    const caller = this.#callers.get(key) ?? (await DiskCaller.enter(victim.sideCar, path, file, bytes));
    this.#callers.set(key, caller);
    if (fault?.kind === 'disk.rate')
      return { ...diskCallMeaning.unread, flow: await caller.flow(count, patienceMs) };
    if (fault?.kind === 'disk.lost-sync')
      return { ...diskCallMeaning.unread, lost: await caller.lost(patienceMs) };
    return { ...diskCallMeaning.unread, calls: await caller.calls(count, patienceMs) };
  }

  leave({ id }: ScheduledFault, target: string): void {
    const key = callerKey(id, target);
    this.#callers.get(key)?.leave();
    this.#callers.delete(key);
  }

  close(): void {
    for (const one of this.#callers.values()) one.leave();
    this.#callers.clear();
  }
}

function callerKey(fault: string, target: string): string {
  return `${fault} ${target}`;
}
