import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { timesControl } from '../../infra/plan/memory-limits.ts';
import { isAwayFault } from '../../infra/spec/fault.ts';
import { nodesOf } from '../../infra/plan/target.ts';
import type { Receipt } from '../verdict/receipt.ts';
import type { Abilities } from './side-car/abilities.ts';
import { driverName } from './kinds/kinds.ts';
import { heldTime } from './held-time.ts';
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

/** Of what is left behind, or was touched; all leftovers are in the verdict. */
const mostNamed = 3;

/** What was not there was not measured: no judgement of readings speaks for it. */
const neverInForce = { n: 0, ok: false, why: 'it was never in force, so nothing was measured' } as const;

/** Pure: a receipt for each target of this fault. What was never in force has readings that no judgement accepts. */
export function receiptsOf(scheduled: ScheduledFault, judge: Judge, told: Told): readonly Receipt[] {
  const wasInForce = cameAbout(scheduled, judge, told);
  const { touched, ...beside } = judge.beside(scheduled);
  const lasted = heldTime(scheduled, told.realised.get(scheduled.id));
  return scheduled.targets.map((target): Receipt => ({
    ...common(scheduled, target, told),
    ...judge.judged(scheduled, target),
    ...(wasInForce ? {} : neverInForce),
    ...(lasted === undefined ? {} : { lasted }),
    ...healOf(whyNotHealed(scheduled, target, judge, told)),
    ...(isGoneWithNode(scheduled, target, told) ? { goneWithNode: true } : {}),
    ...beside,
    ...besideOf(touched),
  }));
}

function besideOf(touched: readonly string[]): Pick<Receipt, 'bystandersOk' | 'whyTouched'> {
  return touched.length === 0
    ? { bystandersOk: true }
    : { bystandersOk: false, whyTouched: firstOf(touched) };
}

function firstOf(lines: readonly string[]): string {
  const more = lines.length > mostNamed ? [`and ${lines.length - mostNamed} more`] : [];
  return [...lines.slice(0, mostNamed), ...more].join('; ');
}

/** Whether it healed, and why not, are one word: no receipt says that it did not without a reason. */
function healOf(why: string): Pick<Receipt, 'healedOk' | 'whyNotHealed'> {
  return why === '' ? { healedOk: true } : { healedOk: false, whyNotHealed: why };
}

function whyNotHealed(scheduled: ScheduledFault, target: string, judge: Judge, told: Told): string {
  // What was never begun has nothing to heal; what others left is told by itself.
  if (!told.begun.has(scheduled.id) && !cameAbout(scheduled, judge, told)) return '';
  // Cuts and delays are where packets arrive, rates and netem where they leave: a link has two ends to be left clean.
  const nodes = nodesOf(target);
  const left = told.leftovers.filter((line) => nodes.some((node) => line.startsWith(`${node}:`)));
  const named = firstOf(left.map((line) => `left behind on it: ${line}`));
  return [whyNotOver(scheduled, target, judge, told), named].filter(Boolean).join('; ');
}

function whyNotOver(scheduled: ScheduledFault, target: string, judge: Judge, told: Told): string {
  if (isGoneWithNode(scheduled, target, told)) return '';
  if (told.realised.get(scheduled.id)?.healed === false) return 'its heal failed, or never came';
  const why = judge.whyNotBack(scheduled, target);
  // Readings that nobody took tell nothing.
  return why === '' || cameAbout(scheduled, judge, told) ? why : neverInForce.why;
}

/** A node takes its end of a link and its lease along, and a run's disks go with the run. */
function isGoneWithNode({ fault }: ScheduledFault, target: string, { ended }: Told): boolean {
  return hasEnded(target, ended) && !isAwayFault(fault);
}

function cameAbout(scheduled: ScheduledFault, judge: Judge, told: Told): boolean {
  return told.realised.has(scheduled.id) || judge.wasMeasured(scheduled);
}

function common(scheduled: ScheduledFault, target: string, told: Told) {
  const { id, fault } = scheduled;
  const when = told.realised.get(id);
  const times = timesControl(scheduled);
  const held = scheduled.memory?.[target]?.heldBytes;
  return {
    ...(times === null || held === undefined ? {} : { control: { times, heldBytes: held } }),
    fault: id,
    kind: fault.kind,
    target,
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

/** Of a node that does not run no listing tells what is left: that it does not. */
export function stillAway(
  faults: readonly ScheduledFault[],
  { realised, ended }: Pick<Told, 'realised' | 'ended'>,
): readonly string[] {
  return faults
    .filter(({ id, fault }) => isAwayFault(fault) && realised.has(id))
    .flatMap(({ targets }) => targets.filter((node) => ended.has(node)))
    .map((node) => `${node}: the node does not run`);
}
