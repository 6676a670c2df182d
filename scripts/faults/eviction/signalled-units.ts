import { unitFile } from '../../nodes/unit-file.ts';
import { servicesOf } from '../units/services.ts';
import type { Victim } from '../victim/victim.ts';

/** Files of the units whose main processes are told that the end of their node comes; none: it is the entrypoint. */
export function unitsToSignal(unit: string | undefined, victim: Victim): readonly string[] {
  return unit === undefined ? servicesOf(victim) : [unitFile(unit)];
}
