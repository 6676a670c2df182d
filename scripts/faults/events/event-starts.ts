import type { BoundPlan, EventStart, PlannedNode, ScheduledFault } from '../../../infra/plan/plan.ts';
import { eventWords } from '../../../infra/spec/faults/event.ts';
import type { Recorder } from '../../evidence/recorder.ts';
import type { SuiteEar } from '../../suite/suite-run.ts';
import { BoundedPattern } from '../../bounded-pattern.ts';
import { messageOf } from '../../../infra/errors.ts';
import { lookOut, type Match, type Sight } from './lookout.ts';
import type { Victim } from '../victim/victim.ts';

/** A longer line is not kept: cut, half a secret would not be known for one. */
const mostCharacters = 1_000;

interface EventStage {
  readonly bound: BoundPlan;
  readonly recorder: Recorder;
}

/**
 * When a fault comes and goes, ms after the first suite began. Where neither `endMs` nor `lastsMs` is there, until after the
 * last one.
 */
export interface Moments {
  readonly start: number;
  /** A moment of the schedule: other windows are planned by it, so that it stays where the fault comes late. */
  readonly endMs: number | null;
  /** Of one that waited for an event, from when it is in force: no moment was planned. */
  readonly lastsMs: number | null;
}

interface Waiting {
  readonly fault: ScheduledFault;
  readonly after: EventStart;
  /** Rejected where nobody can tell any more whether it comes. */
  readonly came: PromiseWithResolvers<true>;
  /** Where the event is a line. */
  readonly pattern: BoundedPattern | null;
  isOver: boolean;
}

/** Faults that wait for something to happen while the suites run. */
export class EventStarts implements SuiteEar {
  readonly #waiting: readonly Waiting[];
  readonly #stage: EventStage;
  readonly #victims: readonly Victim[];
  readonly #ended = new AbortController();
  /** What happens before the suites is no event. */
  #hasBegun = false;

  constructor(stage: EventStage, victims: readonly Victim[], faults: readonly ScheduledFault[]) {
    this.#stage = stage;
    this.#victims = victims;
    this.#waiting = faults.flatMap((fault) =>
      fault.after === undefined ? [] : [waiting(fault, fault.after)],
    );
  }

  /** Follows logs already, so that no line is missed. */
  open(): void {
    this.#lookOut(true);
  }

  /** When the suites begin. */
  begin(): void {
    this.#hasBegun = true;
    this.#lookOut(false);
  }

  /**
   * When a fault is to come and go: of one that waits for an event, once that has come.
   * @throws where it had not by its time, or when the suites ended.
   */
  async momentsOf(fault: ScheduledFault, ended: AbortSignal, nowMs: () => number): Promise<Moments> {
    const one = this.#waiting.find((waiting) => waiting.fault === fault);
    if (one === undefined) return { start: fault.startMs ?? 0, endMs: fault.endMs, lastsMs: null };
    await comes(one, ended);
    const { thenMs, lastsMs } = one.after;
    return { start: nowMs() + thenMs, endMs: null, lastsMs };
  }

  began(suite: string): void {
    for (const one of this.#waiting) {
      const awaited = one.after.event.suite;
      if (awaited?.name === suite && awaited.says === undefined) this.#seen(one, null, '');
    }
  }

  said(suite: string, line: string): void {
    for (const one of this.#waiting) {
      const awaited = one.after.event.suite;
      if (awaited?.says === undefined || awaited.name !== suite) continue;
      if (this.#matches(one, line)) this.#seen(one, null, line);
    }
  }

  close(): void {
    this.#ended.abort();
  }

  #lookOut(onLogs: boolean): void {
    const { nodes } = this.#stage.bound.loaded.plan;
    for (const one of this.#waiting) {
      for (const victim of this.#victims.filter(({ node }) => one.after.nodes.includes(node))) {
        const init = nodes.find(({ name }) => name === victim.node)?.init ?? 'image';
        const sight = sightOf(one.after, init, (line) => this.#matches(one, line));
        if (sight === null || isLog(sight) !== onLogs) continue;
        const stop = new AbortController();
        const ended = AbortSignal.any([this.#ended.signal, stop.signal]);
        const onSeen = (line: string): void => {
          this.#seen(one, victim.node, line);
        };
        const isDone = (): void => {
          stop.abort();
        };
        one.came.promise.then(isDone, isDone);
        void lookOut(victim, sight, onSeen, ended); // it never rejects
      }
    }
  }

  /** Of an expression that takes too long nothing more is asked: the fault cannot come. */
  #matches(one: Waiting, line: string): boolean {
    if (one.isOver || one.pattern === null) return false;
    try {
      return one.pattern.test(line);
    } catch (error) {
      one.isOver = true;
      one.came.reject(
        new Error(`it was to come when ${eventWords(one.after.event)}, and ${messageOf(error)}`, {
          cause: error,
        }),
      );
      return false;
    }
  }

  #seen(one: Waiting, node: string | null, line: string): void {
    if (one.isOver || !this.#hasBegun) return;
    one.isOver = true;
    one.came.resolve(true);
    this.#stage.recorder.record({
      type: 'fault.event',
      fault: one.fault.id,
      event: eventWords(one.after.event),
      node,
      line: line.length > mostCharacters ? '' : line,
    });
  }
}

function waiting(fault: ScheduledFault, after: EventStart): Waiting {
  const { log, suite } = after.event;
  const says = log?.matches ?? suite?.says;
  const came = Promise.withResolvers<true>();
  came.promise.catch(() => undefined); // it may be rejected before anybody waits for it
  return { fault, after, came, pattern: says === undefined ? null : new BoundedPattern(says), isOver: false };
}

async function comes(one: Waiting, ended: AbortSignal): Promise<void> {
  const { came, after } = one;
  const late = AbortSignal.timeout(after.byMs);
  const over = AbortSignal.any([late, ended]);
  const inVain = Promise.withResolvers<never>();
  const give = (): void => {
    one.isOver = true;
    const why = late.aborted ? `${after.byMs} ms after the first suite began` : 'when the suites ended';
    inVain.reject(new Error(`it was to come when ${eventWords(after.event)}, which had not happened ${why}`));
  };
  over.addEventListener('abort', give, { once: true });
  if (over.aborted) give();
  try {
    await Promise.race([came.promise, inVain.promise]);
  } finally {
    over.removeEventListener('abort', give);
    one.isOver = true;
  }
}

/** null: nothing that a node shows. */
function sightOf(
  { event: { log, file, port } }: EventStart,
  init: PlannedNode['init'],
  matches: Match,
): Sight | null {
  if (log !== undefined)
    return init === 'systemd'
      ? { on: 'journal', unit: log.unit ?? null, matches }
      : { on: 'output', matches };
  if (file !== undefined) return { on: 'file', path: file.path };
  return port === undefined ? null : { on: 'port', port: port.port };
}

function isLog({ on }: Sight): boolean {
  return on === 'journal' || on === 'output';
}
