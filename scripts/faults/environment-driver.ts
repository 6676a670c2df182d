import { assertNever } from '../../infra/errors.ts';
import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { parseTarget } from '../../infra/plan/target.ts';
import {
  isAccountFault,
  isUnitSettingFault,
  type AccountFault,
  type UnitSettingFault,
} from '../../infra/spec/fault.ts';
import { unitFile } from '../nodes/unit-file.ts';
import { allDone } from './all-done.ts';
import type { FamilyDriver } from './fault-driver.ts';
import { settingName, settingText } from './unit-setting.ts';
import { unitOf, victimNamed, type Victim } from './victim.ts';

/** Each fault is a program in the node's side-car, and lasts as long as that lives. */
export function environmentDriver(victims: readonly Victim[]): FamilyDriver {
  return {
    async inject(scheduled) {
      const { fault, targets } = scheduled;
      const starts = targets.map(async (target) => {
        const id = holdId(scheduled, target);
        if (isUnitSettingFault(fault)) {
          const { victim, unit } = unitOf(victims, target);
          await victim.hold.start(id, settingProgram(scheduled.id, fault, unitFile(unit)));
        } else if (isAccountFault(fault)) {
          await victimNamed(victims, target).hold.start(id, accountProgram(fault));
        }
      });
      await allDone(starts);
    },
    async heal(scheduled, _active, ended = new Set()) {
      const heals = scheduled.targets.map(async (target) => {
        const { node } = nodeOf(target);
        if (!ended.has(node)) await victimNamed(victims, node).hold.heal(holdId(scheduled, target));
      });
      await allDone(heals);
    },
  };
}

function nodeOf(text: string): { readonly node: string } {
  const target = parseTarget(text);
  if (target.on === 'link') throw new Error(`${text} is on no one node`);
  return target;
}

/** A fault may be on several units of one node. */
function holdId({ id }: ScheduledFault, target: string): string {
  return `${id}:${target}`;
}

function settingProgram(faultId: string, fault: UnitSettingFault, file: string): readonly string[] {
  const { dropIn, variables } = settingText(faultId, fault, file);
  const texts = [dropIn, ...(variables === null ? [] : [variables])];
  const words = texts.map((text) => Buffer.from(text).toString('base64'));
  return ['unitsetting', file, settingName(faultId), ...words];
}

function accountProgram(fault: AccountFault): readonly string[] {
  switch (fault.kind) {
    case 'environment.mode':
      return ['pathmode', fault.path, fault.mode];
    case 'environment.group':
      return ['accountless', 'group', fault.account, fault.group];
    case 'environment.sudo':
      return ['accountless', 'sudo', fault.account];
    case 'environment.expired':
      return ['accountless', 'login', fault.account];
    default:
      return assertNever(fault);
  }
}
