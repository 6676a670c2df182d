import type { PlannedInvariant } from '../../infra/plan/plan.ts';
import type { InvariantBreak, InvariantOutcome } from './outcome.ts';
import { Recoveries } from './recoveries.ts';

/** What one node answered. Times are ms after the run began. */
export interface Answer {
  readonly node: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly holds: boolean;
  /** null: the command did not end in time, or could not be started. */
  readonly exitCode: number | null;
  readonly words: string;
}

/** That an invariant broke, that this became a violation, or that it holds again. */
export type Transition =
  | { readonly to: 'broken' | 'violated'; readonly at: InvariantBreak }
  | { readonly to: 'holds'; readonly nodes: readonly string[]; readonly brokenMs: number };

interface InForce {
  readonly fault: string;
  /** Not during the whole run. */
  readonly isWindow: boolean;
  readonly fromMs: number;
  toMs: number | null;
}

type Open = { -readonly [Key in keyof InvariantBreak]: InvariantBreak[Key] };

/** More than these are counted, and stand in invariants.jsonl. */
const mostBreaks = 40;

/**
 * Pure: what the answers to one invariant mean beside the faults that came and went. Its subjects are the nodes, or all of
 * them as one where one of them is enough.
 */
export class InvariantStory {
  readonly #planned: PlannedInvariant;
  readonly #faults: InForce[] = [];
  readonly #broken = new Map<string, Open>();
  readonly #breaks: Open[] = [];
  readonly #recoveries: Recoveries;
  #answers = 0;
  #slowestMs = 0;
  #broke = 0;
  #violations = 0;

  constructor(planned: PlannedInvariant) {
    this.#planned = planned;
    const subjects = planned.holdsOn === 'any' ? [''] : planned.nodes;
    this.#recoveries = new Recoveries(subjects);
  }

  faultCame(fault: string, ms: number, isWindow: boolean): void {
    this.#recoveries.changed(`${fault} came`, ms);
    this.#faults.push({ fault, isWindow, fromMs: ms, toMs: null });
  }

  /**
   * What is to hold without faults alone is not looked for while there are others. What a fault in a window still breaks is
   * not late: then no limit holds.
   */
  faultWent(fault: string, ms: number): void {
    this.#recoveries.changed(`${fault} was healed`, ms);
    const gone = this.#faults.findLast((one) => one.fault === fault && one.toMs === null);
    if (gone === undefined) return;
    gone.toMs = ms;
    const others = this.#faults.filter(({ toMs }) => toMs === null);
    const { during, recoversWithinMs } = this.#planned;
    if (during === 'no-fault' && others.length > 0) return;
    const limitMs = others.some(({ isWindow }) => isWindow) ? null : recoversWithinMs;
    const brokeMeanwhile = this.#breaks.some(({ toMs }) => toMs === null || toMs >= gone.fromMs);
    const healed = { fault, healedAtMs: ms, limitMs, broke: brokeMeanwhile };
    this.#recoveries.open(healed, new Set(this.#broken.keys()));
  }

  /** The answers of one round; those who were away were not asked. */
  heard(answers: readonly Answer[]): readonly Transition[] {
    for (const { holds, fromMs, toMs } of answers) {
      this.#answers += 1;
      if (holds) this.#slowestMs = Math.max(this.#slowestMs, toMs - fromMs);
    }
    const { holdsOn } = this.#planned;
    if (holdsOn === 'each') return answers.flatMap((one) => this.#one(one.node, [one.node], one));
    const together = inOne(answers);
    return together === null
      ? []
      : this.#one(
          '',
          answers.map(({ node }) => node),
          together,
        );
  }

  /** Whether more answers could tell more: it is broken, or was not asked since a heal, and there is time left. */
  isUnsettled(nowMs: number): boolean {
    const { settleMs, everyMs, timeoutMs, recoversWithinMs } = this.#planned;
    const lastMs = Math.max(0, ...this.#faults.flatMap(({ toMs }) => toMs ?? []));
    if (this.#faults.length === 0 || this.#faults.some(({ toMs }) => toMs === null)) return false;
    const patienceMs = Math.max(settleMs, recoversWithinMs ?? 0, everyMs) + everyMs + 2 * timeoutMs;
    if (nowMs > lastMs + patienceMs) return false;
    const undecided = [...this.#broken.values()].some(({ violatedAtMs }) => violatedAtMs === null);
    return undecided || this.#recoveries.areOpen(nowMs);
  }

  /** Call it when nobody asks any more. */
  outcome(nowMs: number): InvariantOutcome {
    const { name, role, holdsOn, during } = this.#planned;
    const violated = ({ violatedAtMs }: Open): number => (violatedAtMs === null ? 1 : 0);
    return {
      ...{ invariant: name, role, holdsOn, during },
      answers: this.#answers,
      slowestMs: this.#slowestMs,
      broke: this.#broke,
      violations: this.#violations,
      breaks: [...this.#breaks].sort((a, b) => violated(a) - violated(b)).slice(0, mostBreaks),
      recoveries: [...this.#recoveries.all(nowMs)],
    };
  }

  #one(subject: string, nodes: readonly string[], answer: Answer): readonly Transition[] {
    this.#recoveries.heard(subject, answer);
    const open = this.#broken.get(subject);
    if (answer.holds) {
      if (open === undefined) return [];
      open.toMs = answer.toMs;
      this.#broken.delete(subject);
      return [{ to: 'holds', nodes, brokenMs: answer.toMs - open.fromMs }];
    }
    const broken = open ?? this.#breaking(subject, nodes, answer);
    const isNew = open === undefined;
    if (broken.violatedAtMs === null && !this.#isExcused(answer)) {
      const { exitCode, words } = answer;
      Object.assign(broken, { violatedAtMs: answer.fromMs, exitCode, words, faults: this.#inForce(answer) });
      this.#violations += 1;
      return [{ to: 'violated', at: { ...broken } }];
    }
    return isNew ? [{ to: 'broken', at: { ...broken } }] : [];
  }

  #breaking(subject: string, nodes: readonly string[], answer: Answer): Open {
    const { fromMs, exitCode, words } = answer;
    const faults = this.#inForce(answer);
    const open = { nodes: [...nodes], fromMs, toMs: null, exitCode, words, faults, violatedAtMs: null };
    this.#broken.set(subject, open);
    this.#breaks.push(open);
    this.#broke += 1;
    return open;
  }

  #isExcused(answer: Answer): boolean {
    const { during, settleMs } = this.#planned;
    if (during === 'always') return false;
    return this.#inForce({ ...answer, fromMs: answer.fromMs - settleMs }).length > 0;
  }

  /** Faults that were there at any moment of it. */
  #inForce({ fromMs, toMs: until }: Pick<Answer, 'fromMs' | 'toMs'>): string[] {
    const there = this.#faults.filter((one) => one.fromMs <= until && (one.toMs ?? Infinity) >= fromMs);
    return [...new Set(there.map(({ fault }) => fault))];
  }
}

/** Of several nodes of which one is enough: the best answer, or what the first one said where none is good. */
function inOne(answers: readonly Answer[]): Answer | null {
  const [first] = answers;
  if (first === undefined) return null;
  const said = answers.find(({ holds }) => holds) ?? first;
  return {
    ...said,
    fromMs: Math.min(...answers.map(({ fromMs }) => fromMs)),
    toMs: said.holds ? said.toMs : Math.max(...answers.map(({ toMs }) => toMs)),
  };
}
