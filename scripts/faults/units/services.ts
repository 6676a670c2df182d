import { unitFile } from '../../nodes/unit-file.ts';
import type { Victim } from '../victim/victim.ts';
import { mainProcessesUp } from './main-processes.ts';

/** systemd gives a unit 90 s to end and as much to start by its own default. */
export const restartDeadlineMs = 200_000;

/** Files of what has processes of its own among the units of a node. */
export function servicesOf({ units }: Victim): readonly string[] {
  return units.map(unitFile).filter((file) => file.endsWith('.service'));
}

/** Until they run, and their node is what its role calls ready. */
export async function restarted(victim: Victim, services: readonly string[]): Promise<void> {
  await mainProcessesUp(victim.access, services);
  await victim.ready();
}
