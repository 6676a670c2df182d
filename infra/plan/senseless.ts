import type { ScheduledFault } from './plan.ts';

/** A fault of a plan that could never be in force, or never be confirmed, whatever the seed; and by which of its values. */
export interface Senseless {
  readonly of: ScheduledFault;
  /** Key of the fault. */
  readonly key: string;
  readonly message: string;
  readonly hint: string;
}

export type Finding = Omit<Senseless, 'of'>;
