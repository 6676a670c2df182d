import { allDone } from '../../all-done.ts';
import { checked } from '../links/listener.ts';
import type { ProbePoint } from '../links/link-probes.ts';

/**
 * The kernel has one neighbour table for all containers of a host, of 1024 entries (neigh/default/gc_thresh3), and holds one
 * for half a minute after its last use. Beyond that packets are lost, an application's as well as ours: of 50 nodes that
 * probed each other half of all. A node asks for the address again when it needs it.
 */
export async function forgetNeighbours(points: readonly ProbePoint[], signal: AbortSignal): Promise<void> {
  await allDone(
    points.map(async ({ sideCar }) => checked(sideCar, ['ip', 'neigh', 'flush', 'dev', 'eth0'], signal)),
  );
}
