import type { Recovery } from './outcome.ts';

type Healed = Pick<Recovery, 'fault' | 'healedAtMs' | 'limitMs' | 'broke'>;

interface Pending extends Healed {
  broke: boolean;
  /** Subjects that have not answered well since, and which of them did not before. */
  readonly waitsFor: Set<string>;
  readonly broken: Set<string>;
  afterMs: number;
  /** When something else changed, or it was over. */
  closedAtMs: number | null;
  why: string;
}

/**
 * Pure: how long after each heal an invariant held again on all its subjects. The next change of faults ends the looking,
 * since of two at once it could not be told what it recovers from.
 */
export class Recoveries {
  readonly #subjects: readonly string[];
  readonly #all: Pending[] = [];

  constructor(subjects: readonly string[]) {
    this.#subjects = subjects;
  }

  /** `broken`: subjects that it does not hold on. */
  open(healed: Healed, broken: ReadonlySet<string>): void {
    this.#all.push({
      ...healed,
      broke: healed.broke || broken.size > 0,
      waitsFor: new Set(this.#subjects),
      broken: new Set(broken),
      afterMs: 0,
      closedAtMs: null,
      why: '',
    });
  }

  /** `what` completes "before that, …". */
  changed(what: string, ms: number): void {
    for (const one of this.#all.filter(isOpen)) {
      one.closedAtMs = ms;
      if (one.waitsFor.size > 0) one.why = what;
    }
  }

  /** An answer that was asked for before the heal says nothing of what came after it, but that it was broken. */
  heard(
    subject: string,
    answer: { readonly fromMs: number; readonly toMs: number; readonly holds: boolean },
  ): void {
    for (const one of this.#all.filter(isOpen)) {
      if (!one.waitsFor.has(subject)) continue;
      if (!answer.holds) {
        one.broken.add(subject);
        one.broke = true;
      } else if (answer.fromMs >= one.healedAtMs) {
        one.waitsFor.delete(subject);
        if (one.broken.has(subject)) one.afterMs = Math.max(one.afterMs, answer.toMs - one.healedAtMs);
        if (one.waitsFor.size === 0) one.closedAtMs = answer.toMs;
      }
    }
  }

  /** Whether any is undecided, and could still be within its limit or has none. */
  areOpen(nowMs: number): boolean {
    return this.#all.some((one) => isOpen(one) && nowMs - one.healedAtMs <= (one.limitMs ?? Infinity));
  }

  all(nowMs: number): readonly Recovery[] {
    return this.#all.map((one) => this.#told(one, nowMs));
  }

  #told(one: Pending, nowMs: number): Recovery {
    const { fault, healedAtMs, limitMs, broke, waitsFor, afterMs, closedAtMs, why } = one;
    const common = { fault, healedAtMs, broke, limitMs };
    if (waitsFor.size === 0)
      return { ...common, afterMs, ok: limitMs === null || afterMs <= limitMs, why: '' };
    const waitedMs = (closedAtMs ?? nowMs) - healedAtMs;
    return {
      ...common,
      afterMs: null,
      // What was not asked any more within its time is not known to have been late.
      ok: limitMs === null || waitedMs <= limitMs,
      why: why === '' ? `it had not for ${waitedMs} ms when the run ended` : `${why} ${waitedMs} ms later`,
    };
  }
}

function isOpen({ closedAtMs }: Pending): boolean {
  return closedAtMs === null;
}
