import { assertNever } from '../../infra/errors.ts';
import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { isDiskFault, type DiskFault } from '../../infra/spec/fault.ts';
import { allDone } from './all-done.ts';
import type { FamilyDriver } from './fault-driver.ts';
import { diskOf, type Victim } from './victim.ts';

/** Each fault on a disk is a program in the node's side-car, and lasts as long as that lives. */
export function diskDriver(victims: readonly Victim[]): FamilyDriver {
  return {
    async inject(scheduled) {
      const { fault } = scheduled;
      if (!isDiskFault(fault)) return;
      await allDone(
        scheduled.targets.map(async (target) => {
          const { victim, path } = diskOf(victims, target);
          const id = holdId(scheduled, path);
          await victim.hold.start(id, programOf(fault, path, id));
        }),
      );
    },
    async heal(scheduled, _active, ended = new Set()) {
      await allDone(
        scheduled.targets.map(async (target) => {
          const { victim, path } = diskOf(victims, target);
          if (!ended.has(victim.node)) await victim.hold.heal(holdId(scheduled, path));
        }),
      );
    },
  };
}

/** A fault may be on several disks of one node. */
function holdId({ id }: ScheduledFault, path: string): string {
  return `${id}:${path}`;
}

function programOf(fault: DiskFault, path: string, id: string): readonly string[] {
  const name = id.replaceAll(/[^A-Za-z0-9]/g, '-');
  switch (fault.kind) {
    case 'disk.space':
      return ['diskfill', 'bytes', path, String(fault.freeBytes), name];
    case 'disk.inodes':
      return ['diskfill', 'inodes', path, String(fault.freeInodes), name];
    case 'disk.readonly':
      return ['diskreadonly', path];
    default:
      return assertNever(fault);
  }
}
