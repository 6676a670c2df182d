import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { isDependencyFault, type DependencyFault } from '../../infra/spec/fault.ts';
import { allDone } from './all-done.ts';
import type { FamilyDriver } from './fault-driver.ts';
import { routeOf, type Victim } from './victim.ts';

/** A fault is in force for as long as its program in the side-car holds a connection to the dependency. */
export function dependencyDriver(victims: readonly Victim[]): FamilyDriver {
  return {
    async inject(scheduled) {
      const { fault } = scheduled;
      if (!isDependencyFault(fault)) return;
      await allDone(
        scheduled.targets.map(async (target) => {
          const { victim, route } = routeOf(victims, target);
          const asked = askedOf(fault, route, `${scheduled.id} ${target}`);
          await victim.hold.start(holdId(scheduled, route), ['dependencyfault', asked]);
        }),
      );
    },
    async heal(scheduled, _active, ended = new Set()) {
      await allDone(
        scheduled.targets.map(async (target) => {
          const { victim, route } = routeOf(victims, target);
          if (!ended.has(victim.node)) await victim.hold.heal(holdId(scheduled, route));
        }),
      );
    },
  };
}

/** A fault may be on several routes of one dependency. */
function holdId({ id }: ScheduledFault, route: string): string {
  return `${id}:${route.replace(' ', ':')}`;
}

const valueKeys = ['delayMs', 'status', 'ratio', 'count', 'afterBytes', 'body'];

/** Pure: as images/dependency takes it, in one word: JSON has white space in texts alone, and another way to write it there. */
export function askedOf(fault: DependencyFault, route: string, seed: string): string {
  const values = Object.fromEntries(Object.entries(fault).filter(([key]) => valueKeys.includes(key)));
  const asked = { ...values, kind: fault.kind.slice('dependency.'.length), route, seed };
  return JSON.stringify(asked).replaceAll(
    /\s/g,
    (space) => `\\u${space.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
