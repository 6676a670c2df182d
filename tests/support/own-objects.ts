import type { Lease } from '../../scripts/teardown/lease.ts';

/** A container, network or volume with the label of a run. */
export interface Listed {
  readonly runId: string;
  /** Id and name. */
  readonly line: string;
}

/**
 * Pure: what the runs of a test may have made: all but what was there before it, and what has a lease that speaks of a run
 * folder elsewhere, of a developer's or another checkout's run on the same engine. What no lease speaks for is ours.
 */
export function ownObjects(
  listed: readonly Listed[],
  before: ReadonlySet<string>,
  leases: readonly Pick<Lease, 'runId' | 'runFolder'>[],
  ourFolders: readonly string[],
): readonly string[] {
  const others = new Set(
    leases
      .filter(
        ({ runFolder }) => runFolder !== null && ourFolders.every((one) => !runFolder.startsWith(`${one}/`)),
      )
      .map(({ runId }) => runId),
  );
  return listed.filter(({ runId, line }) => !before.has(line) && !others.has(runId)).map(({ line }) => line);
}
