import { suggestion } from './allowed.ts';
import type { Cluster } from './cluster.ts';
import type { Report } from './semantics.ts';

/** Invariants of roles that are not there, and times that mean nothing. */
export function invariantProblems({ invariants, roles }: Cluster, report: Report): void {
  for (const [name, invariant] of Object.entries(invariants)) {
    const at = ['invariants', name] as const;
    const { where, during, settleMs, everyMs, recoversWithinMs } = invariant;
    if (!Object.hasOwn(roles, where))
      report(
        [...at, 'where'],
        'unknown-role',
        `"${where}" is no role of this cluster`,
        suggestion(where, Object.keys(roles)),
      );
    if (settleMs !== undefined && during === 'always')
      report(
        [...at, 'settleMs'],
        'settle',
        `invariant "${name}" is to hold always, so nothing settles`,
        'say "during: no-fault" too, or leave settleMs out',
      );
    if (recoversWithinMs !== undefined && recoversWithinMs < everyMs)
      report(
        [...at, 'recoversWithinMs'],
        'recovery',
        `invariant "${name}" is asked every ${everyMs} ms, which does not show whether it recovers within ${recoversWithinMs} ms`,
        `${everyMs} or more, or a shorter everyMs`,
      );
  }
}
