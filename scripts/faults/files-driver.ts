import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { isFilesFault } from '../../infra/spec/fault.ts';
import { unitFile } from '../nodes/unit-file.ts';
import { allDone } from './all-done.ts';
import type { FamilyDriver } from './fault-driver.ts';
import { unitOf, type Victim } from './victim.ts';

/** Limits on the open files of units: each is a program in the node's side-car, and lasts as long as that lives. */
export function filesDriver(victims: readonly Victim[]): FamilyDriver {
  return {
    async inject(scheduled) {
      const { fault } = scheduled;
      if (!isFilesFault(fault)) return;
      await allDone(
        scheduled.targets.map(async (target) => {
          const { victim, unit } = unitOf(victims, target);
          const program = ['unitfault', 'files', unitFile(unit), String(fault.openFiles)];
          await victim.hold.start(holdId(scheduled, unit), program);
        }),
      );
    },
    async heal(scheduled, _active, ended = new Set()) {
      await allDone(
        scheduled.targets.map(async (target) => {
          const { victim, unit } = unitOf(victims, target);
          if (!ended.has(victim.node)) await victim.hold.heal(holdId(scheduled, unit));
        }),
      );
    },
  };
}

/** A fault may be on several units of one node. */
function holdId({ id }: ScheduledFault, unit: string): string {
  return `${id}:${unit}`;
}
