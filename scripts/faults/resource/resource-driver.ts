import { assertNever } from '../../../infra/errors.ts';
import { memoryBytesOn } from '../../../infra/plan/memory-limits.ts';
import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { isResourceFault, type ResourceFault } from '../../../infra/spec/fault.ts';
import type { Allotment, Machine } from '../../nodes/machine.ts';
import { allDone } from '../../all-done.ts';
import type { FamilyDriver } from '../victim/family-driver.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';

/** Takes a part of what a node may use away, and gives back what it had, whatever that was. */
export function resourceDriver(victims: readonly Victim[]): FamilyDriver {
  /** By fault and node. */
  const had = new Map<string, Partial<Allotment>>();
  const key = ({ id }: ScheduledFault, node: string): string => `${id} ${node}`;
  return {
    async inject(scheduled) {
      const { fault } = scheduled;
      if (!isResourceFault(fault)) return;
      await allDone(
        scheduled.targets.map(async (node) => {
          const { machine } = victimNamed(victims, node);
          const { had: before, gets } = await changeBy(fault, machine, () => memoryBytesOn(scheduled, node));
          had.set(key(scheduled, node), before);
          await machine.allot(gets);
        }),
      );
    },
    async heal(scheduled, _active, ended = new Set()) {
      await allDone(
        scheduled.targets.map(async (node) => {
          const before = had.get(key(scheduled, node));
          if (before === undefined || ended.has(node)) return;
          await victimNamed(victims, node).machine.allot(before);
          had.delete(key(scheduled, node));
        }),
      );
    },
  };
}

interface Change {
  readonly had: Partial<Allotment>;
  readonly gets: Partial<Allotment>;
}

/** Only what the fault is about, so that two of different kinds do not undo each other. */
async function changeBy(fault: ResourceFault, machine: Machine, memoryLeft: () => number): Promise<Change> {
  const { cpus, memoryBytes, processes } = await machine.allotment();
  switch (fault.kind) {
    case 'resource.cpu':
      return { had: { cpus }, gets: { cpus: fault.cpus } };
    case 'resource.memory':
      if (memoryBytes === null) throw new Error('it has no memory of its own that it could get back');
      return { had: { memoryBytes }, gets: { memoryBytes: memoryLeft() } };
    case 'resource.processes':
      return {
        had: { processes },
        gets: { processes: (await machine.processes()) + fault.freeProcesses },
      };
    default:
      return assertNever(fault);
  }
}
