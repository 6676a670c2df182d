import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { faultsOf } from '../../infra/plan/schedule.ts';
import { isAwayFault } from '../../infra/spec/fault.ts';
import { allDone } from '../all-done.ts';
import { comes } from './comes.ts';
import type { Recorder } from '../evidence/recorder.ts';
import type { FaultDriver } from './fault-driver.ts';
import type { FaultWatch } from './watch/fault-watch.ts';
import { HealProof } from './heal/heal-proof.ts';
import { refuseInTheWay } from './heal/foreign-state.ts';
import { EventStarts } from './events/event-starts.ts';
import { endMsOf } from './held-time.ts';
import { EndedVictims } from './victim/ended-victims.ts';
import { InForce, type OnChange } from './watch/in-force.ts';
import { countingMs, Injector, type InjectorStage } from './injector.ts';
import { layers } from './layers.ts';
import type { Receipt } from '../verdict/receipt.ts';
import { hasEnded, receiptsOf, stillAway } from './session-receipts.ts';
import { Turns } from './watch/turns.ts';
import { watchesOf } from './watches.ts';
import { endLeases, openVictims, type Victim, type VictimStage } from './victim/victim.ts';
import { messageOf } from '../../infra/errors.ts';

export interface FaultStage extends VictimStage, InjectorStage {
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  /** What injects and heals; tests put one in its place that leaves out a part. */
  readonly driver: (victims: readonly Victim[]) => FaultDriver;
  readonly onChange: OnChange;
}

/** Faults of one trial: put in, measured, taken out, measured again, proven gone. */
export class FaultSession {
  readonly #stage: FaultStage;
  readonly #victims: readonly Victim[];
  readonly #faults: readonly ScheduledFault[];
  readonly #driver: FaultDriver;
  readonly #proof: HealProof;
  readonly #injector: Injector;
  readonly #inForce: InForce;
  /** One for each family of faults. */
  readonly #watches: readonly FaultWatch[];
  /** On one link or disk one thing at a time: two changes at once could not be told apart by what is measured. */
  readonly #turns = new Turns();
  readonly #errors = new Map<string, string[]>();
  readonly #ended: EndedVictims;
  /** Hears what suites do and say. */
  readonly events: EventStarts;
  #suiteBeganMs = 0;
  /** After that, and before what is still in force then is healed. */
  #suiteEndedMs = 0;

  private constructor(
    stage: FaultStage,
    victims: readonly Victim[],
    faults: readonly ScheduledFault[],
    proof: HealProof,
  ) {
    this.#stage = stage;
    this.#victims = victims;
    this.#faults = faults;
    this.#driver = stage.driver(victims);
    this.#inForce = new InForce(stage.onChange);
    this.#injector = new Injector(this.#driver, stage, victims, this.#inForce, () => this.#sinceSuiteMs());
    this.#ended = new EndedVictims(victims);
    this.events = new EventStarts(stage, victims, faults);
    this.#proof = proof;
    this.#watches = watchesOf(victims, faults, this.#inForce, stage.signal, stage.bound.loaded.plan.seed);
  }

  /** Side-cars and leases, and how everything is before any fault. */
  static async open(stage: FaultStage): Promise<FaultSession> {
    const faults = faultsOf(stage.bound.loaded.plan);
    const victims = await openVictims(stage, faults);
    try {
      const proof = await HealProof.take(victims, faults);
      refuseInTheWay(proof.inTheWay(stage.abilities));
      const session = new FaultSession(stage, victims, faults, proof);
      await session.#driver.arm(faults);
      for (const watch of session.#watches) await watch.begin();
      session.events.open();
      return session;
    } catch (error) {
      await endLeases(victims).catch(() => undefined); // what counts is why it could not be opened
      throw error;
    }
  }

  /** Faults of the whole run, each layer measured before the next: two delays on one link are two receipts. */
  async injectWholeRun(): Promise<void> {
    for (const layer of layers(this.#faults.filter(({ startMs }) => startMs === null))) {
      // One after the other: what measures one takes the processor from what measures another.
      for (const fault of layer) {
        await this.#said(fault.id, async () => this.#inject(fault, this.#stage.signal));
        // Of a node that it has taken away, its side-car may be gone, too.
        if (isAwayFault(fault.fault)) await this.#lookForEnded();
      }
      this.#stage.signal.throwIfAborted();
      await this.#lookForEnded();
      for (const watch of this.#watches) await watch.layer(layer);
    }
  }

  /** Injects and heals at the moments of the schedule, until `ended`. Settles when all of it is done. */
  async runSchedule(ended: AbortSignal): Promise<void> {
    this.#suiteBeganMs = this.#stage.recorder.nowMs();
    this.events.begin();
    ended.addEventListener('abort', () => (this.#suiteEndedMs = this.#sinceSuiteMs()), { once: true });
    const windows = this.#faults.filter(({ startMs }) => startMs !== null);
    await allDone(windows.map(async (fault) => this.#window(fault, ended)));
    this.events.close();
  }

  /** Nodes that a fault has taken away and not given back. */
  get away(): ReadonlySet<string> {
    return this.#injector.begunOn(this.#faults.filter(({ fault }) => isAwayFault(fault)));
  }

  /** Of a node that stands still nothing can be read: its evidence, for one, where a run ends before its heal. */
  async wake(): Promise<void> {
    const nodes = this.#injector.begunOn(this.#faults.filter(({ fault }) => fault.kind === 'node.pause'));
    const still = this.#victims.filter(({ node }) => nodes.has(node));
    await allDone(still.map(async ({ machine }) => machine.resume()));
  }

  /**
   * Takes everything out, proves it, and writes a receipt for every fault and target. In between, when all of it is out and
   * nothing else was touched yet, comes `healed`.
   */
  async finish(healed: () => Promise<void>): Promise<{
    readonly receipts: readonly Receipt[];
    readonly leftovers: readonly string[];
    readonly invalid: readonly string[];
  }> {
    await this.#lookForEnded();
    const unfinished = this.#faults.filter((fault) => this.#isUnfinished(fault));
    const lastFirst = [...this.#injector.active].reverse();
    // What is on a node can only be undone when that is back.
    for (const isAway of [true, false]) {
      const some = lastFirst.filter(({ fault }) => isAwayFault(fault) === isAway);
      for (const fault of some) await this.#said(fault.id, async () => this.#heal(fault));
    }
    await healed();
    // What idles goes along with what it carries, so what a fault left on it is to be seen before.
    const before = await this.#proof.leftovers(this.#ended.nodes, (node) => this.#driver.scaffolding(node));
    for (const watch of this.#watches) await this.#said('after the heal', async () => watch.allOut());
    await this.#said('driver', async () => this.#driver.release(this.#ended.nodes));
    const after = await this.#proof.leftovers(this.#ended.nodes);
    const away = { realised: this.#injector.realised, ended: this.#ended.nodes };
    const leftovers = [...new Set([...before, ...after, ...stillAway(this.#faults, away)])];
    // A node that died cannot be measured any more: its links stay unknown, and all else is still told.
    for (const watch of this.#watches) await this.#said('after the heal', async () => watch.finish());
    const { realised, everBegun: begun } = this.#injector;
    const { abilities } = this.#stage;
    const told = { realised, begun, leftovers, ended: this.#ended.nodes, abilities };
    return {
      receipts: this.#faults.flatMap((fault) => receiptsOf(fault, this.#of(fault).judge(), told)),
      leftovers,
      invalid: [
        ...[...this.#errors].flatMap(([name, errors]) => errors.map((error) => `${name}: ${error}`)),
        ...unfinished.map(
          (fault) => `${fault.id} was not in force as planned: ${this.#whyUnfinished(fault)}`,
        ),
      ],
    };
  }

  /** Ends the leases: whatever is still in force is undone by the side-cars themselves. */
  async close(): Promise<void> {
    this.events.close();
    for (const watch of this.#watches) watch.close();
    await this.#lookForEnded();
    for (const victim of this.#victims) if (this.#ended.nodes.has(victim.node)) victim.abandon();
    await endLeases(this.#victims.filter(({ node }) => !this.#ended.nodes.has(node)));
  }

  async #window(fault: ScheduledFault, ended: AbortSignal): Promise<void> {
    const { id } = fault;
    const watch = this.#of(fault);
    const now = (): number => this.#sinceSuiteMs();
    const moments = await this.#said(id, async () => this.events.momentsOf(fault, ended, now));
    if (moments === null) return;
    const { start } = moments;
    const endMs = (): number | null => endMsOf(fault, moments, this.#injector.realised.get(id), now());
    const msLeft = (): number => (endMs() ?? Infinity) - this.#sinceSuiteMs();
    if (!(await comes(start - watch.leadMs(fault) - countingMs, now, ended))) return;
    // Evidence makes no fault late: where nodes take their time to answer, it comes beside them.
    const counted = this.#said(id, async () =>
      this.#lookForEnded().then(async () => this.#injector.witness(fault, this.#ended.nodes)),
    );
    try {
      if (!(await comes(start - watch.leadMs(fault), now, ended))) return;
      await this.#said(id, async () =>
        this.#turns.take(watch.touches(fault), async () => {
          await watch.beforeWindow(fault);
          if (!(await comes(start, now, ended))) return;
          await this.#lookForEnded();
          if (fault.targets.some((target) => hasEnded(target, this.#ended.nodes)))
            throw new Error('its node had ended before it came');
          // What others that are read beside its targets needed has come out of its own window.
          if (msLeft() <= watch.leastMs(fault))
            throw new Error(
              `it would have come ${Math.round(this.#sinceSuiteMs() - start)} ms late, with too little left of its window to be measured in`,
            );
          if (!(await this.#injectUntil(fault, ended))) return;
          await counted;
          await watch.inWindow(fault, msLeft);
        }),
      );
      const end = endMs();
      if (end === null || !(await comes(end, now, ended)) || !this.#injector.active.includes(fault)) return;
      await this.#said(id, async () =>
        this.#turns.take(watch.touches(fault), async () => {
          await this.#lookForEnded();
          await this.#heal(fault);
          await watch.afterWindow(fault, () => this.#sinceSuiteMs());
        }),
      );
    } finally {
      await counted;
    }
  }

  /** What goes wrong with one of them makes the run invalid and is said, and is null; the others go on. */
  async #said<T>(name: string, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (this.#stage.signal.aborted) return null; // the run ends for a reason of its own
      if (await this.#isOfEnded(name)) return null;
      const why = messageOf(error);
      this.#errors.set(name, [...(this.#errors.get(name) ?? []), why]);
      this.#stage.recorder.record({ type: 'fault.error', fault: name, why });
      return null;
    }
  }

  async #lookForEnded(): Promise<void> {
    const ended = await this.#ended.look();
    for (const watch of this.#watches) watch.leaveOut(ended);
  }

  /** A fault on a node that has ended: whoever looks at the nodes says that it has. */
  async #isOfEnded(id: string): Promise<boolean> {
    await this.#lookForEnded();
    const found = this.#faults.find((fault) => fault.id === id);
    // A node that a fault took away, and that does not come back, is its fault.
    if (found === undefined || isAwayFault(found.fault)) return false;
    return found.targets.some((target) => hasEnded(target, this.#ended.nodes));
  }

  /** One that takes its time is not waited for beyond the suites; false: it had not come to its end by then. */
  async #injectUntil(fault: ScheduledFault, ended: AbortSignal): Promise<boolean> {
    try {
      await this.#inject(fault, AbortSignal.any([this.#stage.signal, ended]));
      return true;
    } catch (error) {
      if (ended.aborted && error instanceof Error && error.name === 'AbortError') return false;
      throw error;
    }
  }

  async #inject(fault: ScheduledFault, until: AbortSignal): Promise<void> {
    await this.#injector.inject(fault, this.#of(fault), until, this.#ended.nodes);
  }

  async #heal(fault: ScheduledFault): Promise<void> {
    await this.#injector.heal(fault, this.#watches, this.#ended.nodes);
    if (!isAwayFault(fault.fault)) return;
    await this.#lookForEnded();
    for (const node of fault.targets) for (const watch of this.#watches) await watch.nodeIsBack(node);
  }

  /** What went wrong with a fault is said by itself, and so is the end of a node. */
  #isUnfinished(fault: ScheduledFault): boolean {
    if (fault.startMs === null || this.#errors.has(fault.id)) return false;
    if (!isAwayFault(fault.fault) && fault.targets.some((target) => hasEnded(target, this.#ended.nodes)))
      return false;
    return (
      !this.#injector.realised.has(fault.id) ||
      (fault.endMs !== null && this.#injector.active.includes(fault))
    );
  }

  #whyUnfinished({ endMs }: ScheduledFault): string {
    return endMs !== null && endMs < this.#suiteEndedMs
      ? 'measuring it took longer than its window'
      : 'the suites ended before its schedule did';
  }

  #of(fault: ScheduledFault): FaultWatch {
    const watch = this.#watches.find((one) => one.has(fault));
    if (watch === undefined) throw new Error(`no family of faults has ${fault.id}`);
    return watch;
  }

  #sinceSuiteMs(): number {
    return this.#stage.recorder.nowMs() - this.#suiteBeganMs;
  }
}
