import { isDependencyFault, type DependencyFault } from '../../../infra/spec/fault.ts';
import type { FamilyDriver } from '../victim/family-driver.ts';
import { heldDriver } from '../victim/held-driver.ts';
import { routeOf, type Victim } from '../victim/victim.ts';

/** A fault is in force for as long as its program in the side-car holds a connection to the dependency. */
export function dependencyDriver(victims: readonly Victim[]): FamilyDriver {
  return heldDriver(victims, ({ id, fault }, target) => {
    if (!isDependencyFault(fault)) throw new Error(`${id} is of another family`);
    const asked = askedOf(fault, routeOf(victims, target).route, `${id} ${target}`);
    return { argv: ['dependencyfault', asked] };
  });
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
