import { isFilesFault } from '../../../infra/spec/fault.ts';
import { unitFile } from '../../nodes/unit-file.ts';
import type { FamilyDriver } from '../victim/family-driver.ts';
import { heldDriver } from '../victim/held-driver.ts';
import { unitOf, type Victim } from '../victim/victim.ts';

/** Limits on the open files of units. */
export function filesDriver(victims: readonly Victim[]): FamilyDriver {
  return heldDriver(victims, ({ id, fault }, target) => {
    if (!isFilesFault(fault)) throw new Error(`${id} is of another family`);
    const { unit } = unitOf(victims, target);
    return { argv: ['unitfault', 'files', unitFile(unit), String(fault.openFiles)] };
  });
}
