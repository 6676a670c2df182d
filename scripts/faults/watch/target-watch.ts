import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { nodesOf } from '../../../infra/plan/target.ts';
import { isAwayFault, type Fault } from '../../../infra/spec/fault.ts';
import type { FaultWatch } from './fault-watch.ts';
import type { InForce } from './in-force.ts';
import type { Judge, Judged } from './judge.ts';
import { targetJudge } from './target-judge.ts';

/** Of one target of a fault. */
export interface TargetReadings<R> {
  /** Before any fault. */
  readonly baseline: R;
  readonly before: R;
  readonly during: R;
  /** As soon as no fault was on it any more. */
  readonly after: R;
}

/** Pure: what the readings of one family of faults mean. */
export interface TargetMeaning<F extends Fault, R> {
  readonly isOf: (fault: Fault) => fault is F;
  /** Of what could not be read: no judgement accepts it. */
  readonly unread: R;
  /** The fault as it is on one of its targets, where it is not the same on each. */
  readonly onTarget?: (scheduled: ScheduledFault, target: string) => F;
  /** `all`: those of each target of the fault, for what is said of them together. */
  readonly judge: (fault: F, readings: TargetReadings<R>, all?: readonly TargetReadings<R>[]) => Judged;
  /** Empty where what was there before is there again: no kind says that it is not without saying what. */
  readonly whyNotHealed: (fault: F, readings: TargetReadings<R>) => string;
  /** Of a bystander. */
  readonly isAsBefore: (before: R, now: R) => boolean;
  /** Of a bystander that is not: whether it goes by its own words with a target of the fault, so that this is no harm done to it. */
  readonly goesWith?: (now: R, place: Beside) => boolean;
}

/** A bystander, and the targets of the fault that it stands beside. */
export interface Beside {
  readonly target: string;
  readonly faulty: readonly string[];
}

/** What a target is read for. */
export interface Asked<F extends Fault> {
  readonly scheduled: ScheduledFault;
  /** null: it is looked at for another's sake. */
  readonly fault: F | null;
  readonly moment: keyof TargetReadings<unknown>;
}

/** Reads targets, each by itself. */
export interface TargetReader<F extends Fault, R> {
  /** What is looked at beside these targets of a fault. */
  beside(targets: readonly string[], fault: Fault): readonly string[];
  /** What else changes with them, and is not read. */
  alsoTouches?(targets: readonly string[], fault: F): readonly string[];
  /**
   * Whether what is read beside its targets has a turn with them, which is so where nobody says otherwise: an inject that
   * takes its time would keep all others from it. What becomes of it meanwhile is told by what else was on it.
   */
  holdsBeside?(fault: F): boolean;
  /** Before the first reading around a fault, for whoever is to see it from inside. */
  enter?(scheduled: ScheduledFault, fault: F): Promise<void>;
  read(target: string, asked: Asked<F>, signal: AbortSignal): Promise<R>;
  /** A target of this fault was read for the last time, or the fault did not come about. */
  leave?(scheduled: ScheduledFault, target: string): void;
  close?(): void;
}

/** The targets around one fault, its own and those beside it. */
export interface TargetMeasurement<R> {
  readonly baseline: ReadonlyMap<string, R>;
  readonly before: ReadonlyMap<string, R>;
  readonly during: ReadonlyMap<string, R>;
  /** Targets that any fault was on from `before` to `during`; the others are its bystanders. */
  readonly touched: ReadonlySet<string>;
  /** Its own. */
  readonly after: ReadonlyMap<string, R>;
}

/** Reads targets right before and after each inject, and after the last heal on them. */
export class TargetWatch<F extends Fault, R> implements FaultWatch {
  readonly #meaning: TargetMeaning<F, R>;
  readonly #reader: TargetReader<F, R>;
  readonly #faults: ReadonlyMap<ScheduledFault, F>;
  readonly #inForce: InForce;
  readonly #signal: AbortSignal;
  readonly #baseline = new Map<string, R>();
  readonly #measured = new Map<string, TargetMeasurement<R>>();
  readonly #after = new Map<string, Map<string, R>>();

  constructor(
    meaning: TargetMeaning<F, R>,
    reader: TargetReader<F, R>,
    faults: readonly ScheduledFault[],
    inForce: InForce,
    signal: AbortSignal,
  ) {
    this.#meaning = meaning;
    this.#reader = reader;
    this.#inForce = inForce;
    this.#signal = signal;
    this.#faults = new Map(
      faults.flatMap((one) => (meaning.isOf(one.fault) ? [[one, one.fault] as const] : [])),
    );
  }

  has(scheduled: ScheduledFault): boolean {
    return this.#faults.has(scheduled);
  }

  async begin(): Promise<void> {
    const first = new Map<string, ScheduledFault>();
    for (const scheduled of this.#faults.keys())
      for (const target of scheduled.targets) if (!first.has(target)) first.set(target, scheduled);
    await Promise.all(
      [...first].map(async ([target, scheduled]) => {
        const asked = { scheduled, fault: null, moment: 'baseline' } as const;
        this.#baseline.set(target, await this.#reader.read(target, asked, this.#signal));
      }),
    );
  }

  touches(scheduled: ScheduledFault): readonly string[] {
    const { targets } = scheduled;
    const fault = this.#own(scheduled);
    const isHeld = this.#reader.holdsBeside?.(fault) ?? true;
    const beside = isHeld ? this.#there(this.#reader.beside(targets, fault)) : [];
    return [...targets, ...beside, ...(this.#reader.alsoTouches?.(targets, fault) ?? [])];
  }

  leadMs(): number {
    return 0;
  }

  leastMs(): number {
    return 0;
  }

  async beforeWindow(): Promise<void> {
    await Promise.resolve();
  }

  async around(scheduled: ScheduledFault, inject: () => Promise<void>): Promise<void> {
    const fault = this.#own(scheduled);
    const there = this.#there(this.#reader.beside(scheduled.targets, fault));
    const all = [...scheduled.targets, ...there];
    try {
      await this.#reader.enter?.(scheduled, fault);
      await this.#measure(scheduled, fault, there, inject);
    } catch (error) {
      for (const target of all) this.#reader.leave?.(scheduled, target);
      throw error;
    }
  }

  async #measure(
    scheduled: ScheduledFault,
    fault: F,
    there: readonly string[],
    inject: () => Promise<void>,
  ): Promise<void> {
    const all = [...scheduled.targets, ...there];
    const { result, touched } = await this.#inForce.watching(async () => {
      const before = await this.#read(all, { scheduled, fault, moment: 'before' });
      await inject();
      // Those beside it once it has taken effect: what happened to them by then happened.
      const own = await this.#read(scheduled.targets, { scheduled, fault, moment: 'during' });
      const beside = await this.#read(there, { scheduled, fault, moment: 'during' });
      return { before, during: new Map([...own, ...beside]) };
    });
    this.#measured.set(scheduled.id, { baseline: this.#baseline, ...result, touched, after: new Map() });
  }

  async layer(): Promise<void> {
    await Promise.resolve();
  }

  async inWindow(): Promise<void> {
    await Promise.resolve();
  }

  /** What a target reads on which no fault is left is what is after each of those that were on it. */
  async afterHeal({ targets }: ScheduledFault): Promise<void> {
    const free = targets.filter((target) => this.#inForce.on(target).length === 0);
    for (const [scheduled, fault] of this.#faults) {
      if (!this.#measured.has(scheduled.id)) continue;
      await this.#readAfter(scheduled, fault, free);
    }
  }

  async afterWindow(): Promise<void> {
    await Promise.resolve();
  }

  async nodeIsBack(): Promise<void> {
    await Promise.resolve(); // no such fault may be in force on a node that is away (contradictions.ts)
  }

  leaveOut(): void {
    // Each target is read by itself: of a node that ended, there is no reading.
  }

  /** What is not read yet is read now, whatever holds it still; of what cannot be read there is no reading. */
  async allOut(): Promise<void> {
    for (const [scheduled, fault] of this.#faults)
      await Promise.allSettled(
        scheduled.targets.map(async (one) => this.#readAfter(scheduled, fault, [one])),
      );
    this.#signal.throwIfAborted();
  }

  async finish(): Promise<void> {
    await Promise.resolve();
  }

  close(): void {
    this.#reader.close?.();
  }

  judge(): Judge {
    const measured = [...this.#measured].map(
      ([id, one]) => [id, { ...one, after: this.#after.get(id) ?? new Map() }] as const,
    );
    return targetJudge(this.#meaning, new Map(measured));
  }

  /** What is on a node that is away cannot be looked at; what a fault is on is no bystander, and may hang. */
  #there(beside: readonly string[]): readonly string[] {
    const isAway = (node: string): boolean => this.#inForce.on(node).some(({ fault }) => isAwayFault(fault));
    return beside.filter((one) => !nodesOf(one).some(isAway) && this.#inForce.on(one).length === 0);
  }

  #own(scheduled: ScheduledFault): F {
    const fault = this.#faults.get(scheduled);
    if (fault === undefined) throw new Error(`${scheduled.id} is of another family`);
    return fault;
  }

  async #readAfter(scheduled: ScheduledFault, fault: F, targets: readonly string[]): Promise<void> {
    const known = this.#after.get(scheduled.id) ?? new Map<string, R>();
    this.#after.set(scheduled.id, known);
    const wanted = scheduled.targets.filter((target) => targets.includes(target) && !known.has(target));
    for (const [target, reading] of await this.#read(wanted, { scheduled, fault, moment: 'after' })) {
      known.set(target, reading);
      this.#reader.leave?.(scheduled, target);
    }
  }

  async #read(targets: readonly string[], asked: Asked<F>): Promise<ReadonlyMap<string, R>> {
    return new Map(
      await Promise.all(
        targets.map(async (target) => {
          const fault = asked.scheduled.targets.includes(target) ? asked.fault : null;
          return [target, await this.#reader.read(target, { ...asked, fault }, this.#signal)] as const;
        }),
      ),
    );
  }
}
