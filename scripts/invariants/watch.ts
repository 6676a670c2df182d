import { setTimeout as delay } from 'node:timers/promises';
import type { PlannedInvariant } from '../../infra/plan/plan.ts';
import type { Recorder } from '../evidence/recorder.ts';
import type { RunFolder } from '../evidence/run-folder.ts';
import type { NodeAccess } from '../nodes/node.ts';
import type { InvariantOutcome } from './outcome.ts';
import { Poll } from './poll.ts';
import { InvariantStory, type Answer, type Transition } from './story.ts';

export interface InvariantStage {
  readonly planned: readonly PlannedInvariant[];
  readonly nodes: ReadonlyMap<string, NodeAccess>;
  readonly recorder: Recorder;
  readonly folder: RunFolder;
  /** Nodes that a fault has taken away: they are not asked. */
  readonly away: () => ReadonlySet<string>;
  /** Ends what is under way, too. */
  readonly signal: AbortSignal;
}

/** Of one invariant, so many nodes are asked at a time. */
const atOnce = 8;
const settleEveryMs = 100;
const mostLines = 3;
const mostCharacters = 300;

/** Asks for every invariant again and again, one round of each at a time, and tells what comes of it. */
export class InvariantWatch {
  readonly #stage: InvariantStage;
  readonly #asked: readonly Asked[];
  readonly #ended = new AbortController();
  #rounds: readonly Promise<void>[] = [];
  #outcomes: readonly InvariantOutcome[] | null = null;

  constructor(stage: InvariantStage) {
    this.#stage = stage;
    this.#asked = stage.planned.map((planned) => new Asked(planned, stage));
  }

  faultCame(fault: string, isWindow: boolean): void {
    const ms = this.#stage.recorder.nowMs();
    for (const { story } of this.#asked) story.faultCame(fault, ms, isWindow);
    for (const one of this.#asked) one.spoil(this.#stage.away());
  }

  faultWent(fault: string): void {
    const ms = this.#stage.recorder.nowMs();
    for (const { story } of this.#asked) story.faultWent(fault, ms);
  }

  /** Each is asked for once, and from then on as often as it says. */
  async begin(): Promise<void> {
    for (const { planned } of this.#asked)
      this.#stage.recorder.record({
        type: 'invariant.start',
        invariant: planned.name,
        nodes: [...planned.nodes],
      });
    await Promise.all(this.#asked.map(async (one) => one.round(this.#ended.signal)));
    this.#rounds = this.#asked.map(async (one) => this.#goOn(one));
    for (const going of this.#rounds) going.catch(() => undefined); // `end` waits for it; until then it is nobody's
  }

  /** When all faults are healed: until it is known of each whether it holds again, or its time is over. */
  async settled(): Promise<void> {
    const { signal } = this.#stage;
    for (;;) {
      // What is under way may tell more.
      await Promise.all(this.#asked.map(async ({ underWay }) => underWay));
      const nowMs = this.#stage.recorder.nowMs();
      if (!this.#asked.some(({ story }) => story.isUnsettled(nowMs))) return;
      await delay(settleEveryMs, undefined, { signal });
    }
  }

  /** Nobody is asked any more; answers under way are waited for. Called again it says the same. */
  async end(): Promise<readonly InvariantOutcome[]> {
    if (this.#outcomes !== null) return this.#outcomes;
    this.#ended.abort();
    await Promise.all(this.#rounds);
    const { recorder } = this.#stage;
    const outcomes = this.#asked.map(({ story }) => story.outcome(recorder.nowMs()));
    this.#outcomes = outcomes;
    for (const { invariant, answers } of outcomes)
      recorder.record({ type: 'invariant.end', invariant, answers });
    return outcomes;
  }

  async #goOn(one: Asked): Promise<void> {
    const { signal } = this.#ended;
    const { everyMs } = one.planned;
    for (let next = performance.now() + everyMs; ; next = Math.max(next + everyMs, performance.now())) {
      const waited = delay(Math.max(0, next - performance.now()), true, { signal });
      if (!(await waited.catch(() => false))) return;
      await one.round(signal);
    }
  }
}

interface Polled {
  isSpoilt: boolean;
}

/** One invariant on all its nodes. */
class Asked {
  readonly planned: PlannedInvariant;
  readonly story: InvariantStory;
  readonly #stage: InvariantStage;
  readonly #polls: readonly { readonly node: string; readonly poll: Poll }[];
  /** Nodes that are being asked, and whether a fault has taken them away meanwhile. */
  readonly #polled = new Map<string, Polled>();
  #current: Promise<void> = Promise.resolve();

  constructor(planned: PlannedInvariant, stage: InvariantStage) {
    this.planned = planned;
    this.story = new InvariantStory(planned);
    this.#stage = stage;
    this.#polls = planned.nodes.flatMap((node) => {
      const access = stage.nodes.get(node);
      return access === undefined
        ? []
        : [{ node, poll: new Poll(access, planned.command, planned.timeoutMs) }];
    });
  }

  spoil(away: ReadonlySet<string>): void {
    for (const [node, one] of this.#polled) if (away.has(node)) one.isSpoilt = true;
  }

  async round(ended: AbortSignal): Promise<void> {
    const round = this.#round(ended);
    this.#current = round.catch(() => undefined); // whoever asked for the round is told
    await round;
  }

  /** The round that has begun, or the last one; never rejects. */
  get underWay(): Promise<void> {
    return this.#current;
  }

  async #round(ended: AbortSignal): Promise<void> {
    const answers: Answer[] = [];
    const queue = [...this.#polls];
    const next = async (): Promise<void> => {
      for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
        const answer = await this.#ask(one.node, one.poll, ended);
        if (answer === null) continue;
        answers.push(answer);
        this.#keep(answer);
        // Where each counts by itself, nobody waits for a node that hangs.
        if (this.planned.holdsOn === 'each') this.#tell(this.story.heard([answer]));
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, queue.length) }, next));
    // Of a round that was cut short, those who were not asked might have been the one.
    const isWhole = !ended.aborted || answers.some(({ holds }) => holds);
    if (this.planned.holdsOn === 'any' && isWhole) this.#tell(this.story.heard(this.#inOrder(answers)));
  }

  #inOrder(answers: readonly Answer[]): readonly Answer[] {
    return this.planned.nodes.flatMap((name) => answers.filter(({ node }) => node === name));
  }

  /** null: it was away, or is not waited for any more. */
  async #ask(node: string, poll: Poll, ended: AbortSignal): Promise<Answer | null> {
    const { recorder, folder, signal } = this.#stage;
    if (ended.aborted || !this.#counts(node)) return null;
    const polled: Polled = { isSpoilt: false };
    this.#polled.set(node, polled);
    const fromMs = recorder.nowMs();
    const { exitCode, words } = await poll.ask(signal);
    this.#polled.delete(node);
    if (polled.isSpoilt || !this.#counts(node)) return null;
    const toMs = recorder.nowMs();
    // First what is secret goes, then what is too long: half a secret would not be known for one.
    const lines = folder.redactor.text(words).split('\n').slice(-mostLines).join('\n');
    return { node, fromMs, toMs, holds: exitCode === 0, exitCode, words: lines.slice(-mostCharacters) };
  }

  /** Nobody ends the run, and no fault has taken the node away. */
  #counts(node: string): boolean {
    return !this.#stage.signal.aborted && !this.#stage.away().has(node);
  }

  #keep({ node, fromMs, toMs, holds, exitCode, words }: Answer): void {
    this.#stage.folder.appendLine('invariants.jsonl', {
      ...{ ms: fromMs, invariant: this.planned.name, node, tookMs: toMs - fromMs, holds, exitCode },
      ...(holds ? {} : { words }),
    });
  }

  #tell(transitions: readonly Transition[]): void {
    const { recorder } = this.#stage;
    const invariant = this.planned.name;
    for (const one of transitions) {
      if (one.to === 'holds') {
        const { nodes, brokenMs } = one;
        recorder.record({ type: 'invariant.holds', invariant, nodes: [...nodes], brokenMs });
      } else {
        const { nodes, exitCode, words, faults } = one.at;
        const isViolation = one.to === 'violated';
        recorder.record({ type: 'invariant.broken', invariant, nodes, exitCode, words, faults, isViolation });
      }
    }
  }
}
