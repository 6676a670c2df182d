import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import type { Receipt } from '../../verdict/receipt.ts';

/** What was asked of one fault on one target against what was measured. */
export type Judged = Pick<
  Receipt,
  'requested' | 'measured' | 'unit' | 'n' | 'tolerance' | 'ok' | 'why' | 'samples'
> &
  Partial<Pick<Receipt, 'p95' | 'interval' | 'confidence' | 'bursts' | 'shape' | 'together'>>;

export type Beside = Pick<Receipt, 'bystandersOk' | 'bystanders' | 'bystandersOf' | 'bystanderReading'>;

/** Pure: what the readings around the faults of one family say. */
export interface Judge {
  wasMeasured(scheduled: ScheduledFault): boolean;
  /** What was not measured has readings that no judgement accepts. */
  judged(scheduled: ScheduledFault, target: string): Judged;
  /**
   * What the victim itself does not see after the heal as it saw it before: fingerprints only know what they look for. Empty:
   * all of it.
   */
  whyNotBack(scheduled: ScheduledFault, target: string): string;
  /** Whether what no fault was on meanwhile was as before. */
  beside(scheduled: ScheduledFault): Beside;
}
