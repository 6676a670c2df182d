import type { ScheduledFault } from '../../../infra/plan/plan.ts';

/** What does and undoes the faults of one family. */
export interface FamilyDriver {
  /**
   * `active`: all faults that are to be in force once this is done, `fault` among them. One that takes its time rejects when
   * `until` is aborted, wherever it is then.
   */
  inject(fault: ScheduledFault, active: readonly ScheduledFault[], until?: AbortSignal): Promise<void>;
  /**
   * `active`: all faults that are to be in force once this is done, `fault` not among them. Rejects with what could not be
   * undone, but for nodes that have `ended`: those are left alone.
   */
  heal(fault: ScheduledFault, active: readonly ScheduledFault[], ended?: ReadonlySet<string>): Promise<void>;
}
