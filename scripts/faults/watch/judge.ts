import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import type { Receipt } from '../../verdict/receipt.ts';

/** What was asked of one fault on one target against what was measured. */
export type Judged = Pick<
  Receipt,
  'requested' | 'measured' | 'unit' | 'n' | 'tolerance' | 'ok' | 'why' | 'samples'
> &
  Partial<Pick<Receipt, 'p95' | 'interval' | 'confidence' | 'bursts' | 'shape' | 'together' | 'looks'>>;

export interface Beside extends Pick<Receipt, 'bystanders' | 'bystandersOf' | 'bystanderReading'> {
  /** Each that was not as before, in a sentence. */
  readonly touched: readonly string[];
}

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
  /** What no fault was on meanwhile, and what of it was not as before. */
  beside(scheduled: ScheduledFault): Beside;
}
