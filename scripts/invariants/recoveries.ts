import type { Recovery } from './outcome.ts';

interface Pending {
  readonly fault: string;
  readonly healedAtMs: number;
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
  readonly #limitMs: number | null;
  readonly #all: Pending[] = [];

  constructor(subjects: readonly string[], limitMs: number | null) {
    this.#subjects = subjects;
    this.#limitMs = limitMs;
  }

  open(fault: string, healedAtMs: number, broken: ReadonlySet<string>, broke: boolean): void {
    this.#all.push({
      fault,
      healedAtMs,
      broke: broke || broken.size > 0,
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
    return this.#all.some((one) => isOpen(one) && nowMs - one.healedAtMs <= (this.#limitMs ?? Infinity));
  }

  all(nowMs: number): readonly Recovery[] {
    return this.#all.map((one) => this.#told(one, nowMs));
  }

  #told({ fault, healedAtMs, broke, waitsFor, afterMs, closedAtMs, why }: Pending, nowMs: number): Recovery {
    const limitMs = this.#limitMs;
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
