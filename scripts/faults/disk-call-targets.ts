import { targetText } from '../../infra/plan/target.ts';
import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { isDiskCallFault, type DiskCallFault } from '../../infra/spec/fault.ts';
import { callPlan, leastPlan, type DiskCallReading } from './disk-call-meaning.ts';
import { DiskCaller } from './disk-calls.ts';
import { blockBytes, readDisk } from './disk-readings.ts';
import { disksBeside } from './disk-targets.ts';
import type { Asked, TargetReader } from './target-watch.ts';
import { diskOf, type Victim } from './victim.ts';

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
    if (moment === 'baseline') return { calls: null, flow: null, disk: null };
    if (!this.#entered.has(victim.node))
      return {
        ...{ calls: null, flow: null },
        disk: await readDisk(victim.access, path, { bytes: blockBytes, files: 1 }, signal),
      };
    const { count, bytes, patienceMs, file } = fault === null ? leastPlan : callPlan(fault);
    const key = callerKey(scheduled.id, target);
    const caller = this.#callers.get(key) ?? (await DiskCaller.enter(victim.sideCar, path, file, bytes));
    this.#callers.set(key, caller);
    try {
      if (fault?.kind === 'disk.rate')
        return { calls: null, flow: await caller.flow(count, patienceMs), disk: null };
      return { calls: await caller.calls(count, patienceMs), flow: null, disk: null };
    } finally {
      if (fault === null && moment !== 'before') this.leave(scheduled, target);
    }
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
