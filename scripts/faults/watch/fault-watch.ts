import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import type { Judge } from './judge.ts';

/** What victims read around each fault of one family: before it, while it is in force, and after its heal. */
export interface FaultWatch {
  has(scheduled: ScheduledFault): boolean;
  /** How everything is before any fault. */
  begin(): Promise<void>;
  /** All that a change of this fault, if it came now, would read or write: of each of these one thing at a time. */
  touches(scheduled: ScheduledFault): readonly string[];
  /** How long before its moment a fault in a window is prepared for, ms. */
  leadMs(scheduled: ScheduledFault): number;
  /** How long measuring it in a window takes at least, ms. */
  leastMs(scheduled: ScheduledFault): number;
  /** Just before the moment of a fault in a window. */
  beforeWindow(scheduled: ScheduledFault): Promise<void>;
  /** Lets `inject` put the fault in force, and reads what must be read right before or after. */
  around(scheduled: ScheduledFault, inject: () => Promise<void>): Promise<void>;
  /** Faults of the whole run that have come at once. */
  layer(faults: readonly ScheduledFault[]): Promise<void>;
  /** While a fault in a window is in force; `msLeft` of it. */
  inWindow(scheduled: ScheduledFault, msLeft: () => number): Promise<void>;
  /** Right after a heal, in a window or at the end; also of a fault of another family, which may have held the same target. */
  afterHeal(scheduled: ScheduledFault): Promise<void>;
  /** After the heal in a window, in the time that there is: `nowMs` after the first suite began. */
  afterWindow(scheduled: ScheduledFault, nowMs: () => number): Promise<void>;
  /**
   * A node has started anew, and what is in force on it was put in place again: reads whether that is so.
   * @throws what is not as it was.
   */
  nodeIsBack(node: string): Promise<void>;
  /** Nodes that run no more: nothing is read there. */
  leaveOut(ended: ReadonlySet<string>): void;
  /** When all faults are out, and what idles for them still stands: a service that goes with it can be asked no more. */
  allOut(): Promise<void>;
  /** When all faults are gone, and what idled for them. */
  finish(): Promise<void>;
  close(): void;
  judge(): Judge;
}
