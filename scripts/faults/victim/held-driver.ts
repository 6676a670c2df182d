import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { parseTarget } from '../../../infra/plan/target.ts';
import { allDone } from '../../all-done.ts';
import type { FamilyDriver } from './family-driver.ts';
import { victimNamed, type Victim } from './victim.ts';

/** What it is started with, and, where it has to have it, what it reads first: what may be secret is no argument. */
export interface HeldProgram {
  readonly argv: readonly string[];
  readonly input?: readonly string[];
}

/** Each fault is, for each of its targets, a program in the node's side-car, and lasts as long as that lives. */
export function heldDriver(
  victims: readonly Victim[],
  programOf: (scheduled: ScheduledFault, target: string) => HeldProgram,
): FamilyDriver {
  return {
    async inject(scheduled) {
      await allDone(
        scheduled.targets.map(async (target) => {
          const { hold } = victimNamed(victims, nodeOf(target));
          const { argv, input } = programOf(scheduled, target);
          await hold.start(holdId(scheduled, target), argv, input);
        }),
      );
    },
    async heal(scheduled, _active, ended = new Set()) {
      await allDone(
        scheduled.targets.map(async (target) => {
          const node = nodeOf(target);
          if (!ended.has(node)) await victimNamed(victims, node).hold.heal(holdId(scheduled, target));
        }),
      );
    },
  };
}

/** A fault may be on several things of one node; a word for hold has no spaces. */
export function holdId({ id }: ScheduledFault, target: string): string {
  return `${id}:${target}`.replaceAll(' ', ':');
}

function nodeOf(text: string): string {
  const target = parseTarget(text);
  if (target.on === 'link') throw new Error(`${text} is on no one node`);
  return target.node;
}
