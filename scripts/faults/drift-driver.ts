import { isDriftFault } from '../../infra/spec/fault.ts';
import { allDone } from './all-done.ts';
import type { FamilyDriver } from './fault-driver.ts';
import { victimNamed, type Victim } from './victim.ts';

/** Each fault is a program in the node's side-car, and lasts as long as that lives. */
export function driftDriver(victims: readonly Victim[]): FamilyDriver {
  return {
    async inject({ id, fault, targets }) {
      if (!isDriftFault(fault)) return;
      await allDone(
        targets.map(async (node) => {
          await victimNamed(victims, node).hold.start(id, ['packageless', fault.package]);
        }),
      );
    },
    async heal({ id, targets }, _active, ended = new Set()) {
      const there = targets.filter((node) => !ended.has(node));
      await allDone(there.map(async (node) => victimNamed(victims, node).hold.heal(id)));
    },
  };
}
