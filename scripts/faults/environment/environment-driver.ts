import { assertNever } from '../../../infra/errors.ts';
import {
  isAccountFault,
  isUnitSettingFault,
  type AccountFault,
  type UnitSettingFault,
} from '../../../infra/spec/fault.ts';
import { unitFile } from '../../nodes/unit-file.ts';
import type { FamilyDriver } from '../victim/family-driver.ts';
import { heldDriver, type HeldProgram } from '../victim/held-driver.ts';
import { settingName, settingText } from './unit-setting.ts';
import { unitOf, type Victim } from '../victim/victim.ts';

export function environmentDriver(victims: readonly Victim[]): FamilyDriver {
  return heldDriver(victims, ({ id, fault }, target) => {
    if (isUnitSettingFault(fault)) return settingProgram(id, fault, unitFile(unitOf(victims, target).unit));
    if (isAccountFault(fault)) return { argv: accountProgram(fault) };
    throw new Error(`${id} is of another family`);
  });
}

/** Pure. A value may be a secret, and what is an argument can be read by anybody on the host. */
export function settingProgram(faultId: string, fault: UnitSettingFault, file: string): HeldProgram {
  const { dropIn, variables } = settingText(faultId, fault, file);
  const texts = [dropIn, ...(variables === null ? [] : [variables])];
  const input = texts.map((text) => Buffer.from(text).toString('base64'));
  return { argv: ['unitsetting', file, settingName(faultId)], input };
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
    case 'environment.uid':
      return ['accountless', 'uid', fault.account, String(fault.uid)];
    default:
      return assertNever(fault);
  }
}
