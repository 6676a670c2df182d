import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { timesControl } from '../../infra/plan/memory-limits.ts';
import { isAwayFault } from '../../infra/spec/fault.ts';
import { nodesOf } from '../../infra/plan/target.ts';
import type { Receipt } from '../verdict/receipt.ts';
import type { Abilities } from './side-car/abilities.ts';
import { driverName } from './kinds/kinds.ts';
import type { Judge } from './watch/judge.ts';

/** When a fault was in force, and whether it was taken out without an error. */
export interface Realised {
  readonly injectedAtMs: number | null;
  readonly injectTookMs: number;
  readonly healedAtMs: number | null;
  readonly healTookMs: number;
  readonly healed: boolean;
}

/** What a session knows beside its readings. */
export interface Told {
  readonly realised: ReadonlyMap<string, Realised>;
  /** Faults that were begun to be put in force, however far that came. */
  readonly begun: ReadonlySet<string>;
  readonly leftovers: readonly string[];
  /** Nodes that have ended. */
  readonly ended: ReadonlySet<string>;
  readonly abilities: Abilities;
}

/** What was not there was not measured: no judgement of readings speaks for it. */
const neverInForce = { n: 0, ok: false, why: 'it was never in force, so nothing was measured' } as const;

/** Pure: a receipt for each target of this fault. What was never in force has readings that no judgement accepts. */
export function receiptsOf(scheduled: ScheduledFault, judge: Judge, told: Told): readonly Receipt[] {
  const wasInForce = told.realised.has(scheduled.id) || judge.wasMeasured(scheduled);
  const beside = judge.beside(scheduled);
  return scheduled.targets.map((target): Receipt => ({
    ...common(scheduled, target, judge, told),
    ...judge.judged(scheduled, target),
    ...(wasInForce ? {} : neverInForce),
    ...beside,
  }));
}

function common(scheduled: ScheduledFault, target: string, judge: Judge, told: Told) {
  const { id, fault } = scheduled;
  const when = told.realised.get(id);
  // Cuts and delays are where packets arrive, rates and netem where they leave: a link has two ends to be left clean.
  const nodes = nodesOf(target);
  const isLeft = told.leftovers.some((line) => nodes.some((node) => line.startsWith(`${node}:`)));
  // A node takes its end of a link and its lease along, and a run's disks go with the run.
  const tookAlong = hasEnded(target, told.ended) && !isAwayFault(fault);
  // What was never begun has nothing to heal; what others left is told by itself.
  const wasBegun = told.begun.has(id) || when !== undefined || judge.wasMeasured(scheduled);
  const isOver = tookAlong || (when?.healed !== false && judge.isBack(scheduled, target));
  const times = timesControl(scheduled);
  const held = scheduled.memory?.[target]?.heldBytes;
  return {
    ...(times === null || held === undefined ? {} : { control: { times, heldBytes: held } }),
    fault: id,
    kind: fault.kind,
    target,
    healedOk: !wasBegun || (isOver && !isLeft),
    injectedAtMs: when?.injectedAtMs ?? null,
    healedAtMs: when?.healedAtMs ?? null,
    injectTookMs: when?.injectTookMs ?? 0,
    healTookMs: when?.healTookMs ?? 0,
    driver: driverName(fault.kind, told.abilities),
  };
}

/** Whether a node that this target is on has ended. */
export function hasEnded(target: string, ended: ReadonlySet<string>): boolean {
  return nodesOf(target).some((node) => ended.has(node));
}
