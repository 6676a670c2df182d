import { suggestion } from '../spec/allowed.ts';
import { isAwayFault, type Fault } from '../spec/fault.ts';
import { leastWindowMs } from '../spec/least-window.ts';
import type { Monkey } from '../spec/monkey.ts';
import { contradictionBetween, overlap } from './contradictions.ts';
import { monkeyFaults, type Nameless, type Passing } from './monkey-faults.ts';
import type { PlannedNode, ScheduledFault } from './plan.ts';
import { shuffled, type Draw } from './seed.ts';
import { inMonkey, RefusedFault } from './refused-fault.ts';
import { proxiedAway } from './senseless-answers.ts';
import { delaysBeyondMeasure } from './senseless-delays.ts';
import { targetsOf } from './targets.ts';

/** What a monkey draws from. */
export interface MonkeyGround {
  readonly profile: string;
  readonly nodes: readonly PlannedNode[];
  readonly seed: number;
  readonly draw: Draw;
  /** What is there without it: standing conditions, the faults that all profiles of the run write out, and other monkeys' ones. */
  readonly beside: readonly ScheduledFault[];
  /** Roles that suites run on: on their first node. */
  readonly suitesOn: readonly string[];
}

/** One fault of the monkey, and the node that it is meant for. */
interface Drawn {
  readonly victim: PlannedNode;
  readonly scheduled: ScheduledFault & { readonly startMs: number; readonly endMs: number };
}

/** What could be drawn, before it is looked at what it would be on. */
interface Candidate {
  readonly victim: PlannedNode;
  readonly fault: Passing;
  readonly lastsMs: number;
}

/** After the end of a fault its node is read once more, and one that was down has to come up again. */
const quietMs = 1_500;
const quietAfterNodeMs = 5_000;
/** Beyond the shortest window that a fault can be measured in: another one's reading may make it late. */
const spareMs = 500;

/**
 * Pure: faults that the seed picks, in windows, each on one node. Never are all nodes of a role hit at once, never are more
 * than `atOnce` in force, and what contradicts each other, or what is there beside them, is not drawn.
 * @throws UsageError (64) where nothing fits this cluster.
 */
export function monkeySchedule(monkey: Monkey, ground: MonkeyGround): readonly ScheduledFault[] {
  refuseStrangers(monkey, ground);
  const drawn: Drawn[] = [];
  let startMs = 0;
  for (let number = 1; number <= monkey.faults; number += 1) {
    startMs += ground.draw.integer(...monkey.everyMs);
    const next = drawOne(monkey, ground, drawn, startMs, number);
    drawn.push(next);
    startMs = next.scheduled.startMs;
  }
  return drawn.map(({ scheduled }) => scheduled);
}

/** A slip would hit whom it is to spare. */
function refuseStrangers({ spare }: Monkey, { profile, nodes }: MonkeyGround): void {
  const known = [...new Set(nodes.flatMap(({ role, name }) => [role, name]))];
  const at = spare.findIndex((one) => !known.includes(one));
  const stranger = spare[at];
  if (stranger === undefined) return;
  throw new RefusedFault(
    'no-target',
    `profile "${profile}": its monkey is to spare "${stranger}", which is no role or node of this cluster`,
    { hint: suggestion(stranger, known), place: inMonkey(profile, 'spare', at) },
  );
}

function drawOne(
  monkey: Monkey,
  ground: MonkeyGround,
  drawn: readonly Drawn[],
  wantedMs: number,
  number: number,
): Drawn {
  // When what may be in the way is over: a moment at which nothing fits is put off until the next of these.
  const ends = [...drawn.map(({ scheduled }) => scheduled), ...ground.beside]
    .map((one) => quieted(one).endMs ?? Infinity)
    .sort((a, b) => a - b);
  for (const startMs of [wantedMs, ...ends.filter((endMs) => endMs > wantedMs && endMs < Infinity)]) {
    const near = drawn.filter((other) => startMs < quietFrom(other));
    for (const candidate of candidatesOf(monkey, ground, number)) {
      if (!mayBeHit(candidate.victim, startMs, near, monkey, ground)) continue;
      const one = { victim: candidate.victim, scheduled: scheduledAt(candidate, startMs, ground) };
      if (isClear(one, near, drawn) && fitsBeside(one, near, ground)) return one;
    }
  }
  throw new RefusedFault(
    'no-target',
    `profile "${ground.profile}": its monkey finds nothing to do in this cluster`,
    {
      hint: `it leaves the last node of each role alone${monkey.spare.length === 0 ? '' : `, and spares ${monkey.spare.join(', ')}`}; of ${monkey.kinds.join(', ')} it takes what can be measured within ${monkey.lastsMs[1]} ms, on roles of two nodes or more: ${rolesOf(ground.nodes)}${ground.beside.length === 0 ? '' : '; and nothing that contradicts a fault beside it'}`,
      place: inMonkey(ground.profile),
    },
  );
}

function rolesOf(nodes: readonly PlannedNode[]): string {
  const roles = Map.groupBy(nodes, ({ role }) => role);
  return [...roles].map(([role, of]) => `${role} has ${of.length}`).join(', ');
}

/** All that could be done at any moment, in an order that the seed gives: families first, so that one of many kinds is no likelier. */
function* candidatesOf(
  monkey: Monkey,
  ground: MonkeyGround,
  number: number,
): Generator<Candidate, undefined> {
  const { draw, nodes, suitesOn } = ground;
  const [shortest, longest] = monkey.lastsMs;
  for (const family of shuffled(monkey.kinds, draw)) {
    for (const victim of shuffled(nodes, draw)) {
      if (isSpared(victim, monkey)) continue;
      const suiteIsThere = suitesOn.some((role) => nodes.find((node) => node.role === role) === victim);
      const kinds = monkeyFaults(family, victim, { draw, suiteIsThere });
      for (const nameless of shuffled(kinds, draw)) {
        const fault = named(nameless, number);
        const least = leastWindowMs(fault) + spareMs;
        if (least > longest) continue;
        yield { victim, fault, lastsMs: draw.integer(Math.max(least, shortest), longest) };
      }
    }
  }
}

/** A dependency stands in for what is not under test. */
function isSpared({ name, role, dependency }: PlannedNode, { spare }: Monkey): boolean {
  return dependency !== undefined || spare.includes(name) || spare.includes(role);
}

function scheduledAt(
  { fault: passing, lastsMs }: Candidate,
  startMs: number,
  { profile, nodes, seed }: MonkeyGround,
): Drawn['scheduled'] {
  const fault: Fault = { ...passing, from: [startMs, startMs], lastsMs: [lastsMs, lastsMs] };
  const targets = targetsOf(profile, fault, nodes, seed);
  return { id: `${profile}/${fault.name}`, profile, fault, targets, startMs, endMs: startMs + lastsMs };
}

/** `near`: those that are still there at that moment, or not yet quite gone: they are drawn in the order of their beginnings. */
function mayBeHit(
  victim: PlannedNode,
  startMs: number,
  near: readonly Drawn[],
  { atOnce }: Monkey,
  { nodes }: MonkeyGround,
): boolean {
  if (near.filter(({ scheduled }) => scheduled.endMs > startMs).length >= atOnce) return false;
  if (near.some((other) => other.victim === victim)) return false;
  const ofRole = nodes.filter(({ role }) => role === victim.role).length;
  const hit = new Set(near.map((other) => other.victim).filter(({ role }) => role === victim.role));
  return hit.size + 1 < ofRole;
}

function isClear({ scheduled }: Drawn, near: readonly Drawn[], drawn: readonly Drawn[]): boolean {
  // On one link one thing at a time is measured, and the second one would be late.
  const isShared = (target: string): boolean => scheduled.targets.includes(target);
  if (near.some((other) => other.scheduled.targets.some(isShared))) return false;
  // Of what is not yet quite gone, too: a node that comes up is read, and all that is on its links waits for it.
  // And some cannot be on one node at all, however far apart: a clock, and another machine.
  return drawn.every((other) => contradictionBetween(quieted(other.scheduled), scheduled) === null);
}

/** What others have written stays as it is: the monkey goes round it, and leaves it time to be measured in. */
function fitsBeside(
  { victim, scheduled }: Drawn,
  near: readonly Drawn[],
  { beside, nodes }: MonkeyGround,
): boolean {
  const own = quieted(scheduled);
  const others = beside.map(quieted);
  if (others.some((other) => contradictionBetween(other, own) !== null)) return false;
  const meeting = others.filter((other) => overlap(other, own));
  // As among its own: the second one would be late. What waits for an event comes when it comes.
  const isTurn = ({ startMs, after }: ScheduledFault): boolean => startMs !== null && after === undefined;
  if (meeting.some((one) => isTurn(one) && one.targets.some((target) => own.targets.includes(target))))
    return false;
  const all = { nodes, conditions: [], schedule: [...others, own] };
  if (all.schedule.some((one) => proxiedAway(one, all) !== null)) return false;
  if (own.fault.kind === 'network.delay' && delaysBeyondMeasure(all).some(({ of }) => of === own))
    return false;
  const gone = meeting.filter(({ fault }) => isAwayFault(fault)).flatMap(({ targets }) => targets);
  const hit = new Set([victim.name, ...near.map((other) => other.victim.name), ...gone]);
  return nodes.some(({ name, role }) => role === victim.role && !hit.has(name));
}

function quietFrom({ scheduled }: Drawn): number {
  return scheduled.endMs + quietMsAfter(scheduled);
}

/** As long as its node is not yet to be read as if nothing had been. */
function quieted(one: ScheduledFault): ScheduledFault {
  return one.endMs === null ? one : { ...one, endMs: one.endMs + quietMsAfter(one) };
}

function quietMsAfter({ fault }: ScheduledFault): number {
  return isAwayFault(fault) ? quietAfterNodeMs : quietMs;
}

function named(nameless: Nameless, number: number): Passing {
  return { ...nameless, name: `monkey-${number}` };
}
