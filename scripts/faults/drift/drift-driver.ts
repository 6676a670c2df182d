import { carriedVersion } from '../../../infra/plan/versions.ts';
import { isDriftFault } from '../../../infra/spec/fault.ts';
import type { FamilyDriver } from '../victim/family-driver.ts';
import { heldDriver } from '../victim/held-driver.ts';
import type { Victim } from '../victim/victim.ts';

export function driftDriver(victims: readonly Victim[]): FamilyDriver {
  return heldDriver(victims, ({ id, fault }) => {
    if (!isDriftFault(fault)) throw new Error(`${id} is of another family`);
    return fault.kind === 'drift.package'
      ? { argv: ['packageless', fault.package] }
      : { argv: ['otherversion', fault.manager, fault.package, carriedVersion(fault)] };
  });
}
