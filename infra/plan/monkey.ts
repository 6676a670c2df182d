import { UsageError } from '../errors.ts';
import { suggestion } from '../spec/allowed.ts';
import { isNodeFault, type Fault } from '../spec/fault.ts';
import { leastWindowMs } from '../spec/least-window.ts';
import type { Monkey } from '../spec/monkey.ts';
import { contradictionAmong } from './contradictions.ts';
import { monkeyFaults, type Nameless, type Passing } from './monkey-faults.ts';
import type { PlannedNode, ScheduledFault } from './plan.ts';
import { shuffled, type Draw } from './seed.ts';
import { targetsOf } from './targets.ts';

/** What a monkey draws from. */
export interface MonkeyGround {
  readonly profile: string;
  readonly nodes: readonly PlannedNode[];
  readonly seed: number;
  readonly draw: Draw;
  /** What is in force all the time. */
  readonly standing: readonly ScheduledFault[];
  /** Roles that suites run on: on their first node. */
  readonly suitesOn: readonly string[];
}

/** One fault of the monkey, and the node that it is meant for. */
interface Drawn {
  readonly victim: PlannedNode;
  readonly scheduled: ScheduledFault & { readonly startMs: number; readonly endMs: number };
}

/** After the end of a fault its node is read once more, and one that was down has to come up again. */
const quietMs = 1_500;
const quietAfterNodeMs = 5_000;
/** Beyond the shortest window that a fault can be measured in: another one's reading may make it late. */
const spareMs = 500;
/** A moment at which nothing fits is put off so often. */
const mostDelays = 50;

/**
 * Pure: faults that the seed picks, in windows, each on one node. Never are all nodes of a role hit at once, never are more
 * than `atOnce` in force, and what contradicts each other is not drawn.
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
  const stranger = spare.find((one) => !known.includes(one));
  if (stranger === undefined) return;
  throw new UsageError(
    'no-target',
    `profile "${profile}": its monkey is to spare "${stranger}", which is no role or node of this cluster`,
    { hint: suggestion(stranger, known) },
  );
}

function drawOne(
  monkey: Monkey,
  ground: MonkeyGround,
  drawn: readonly Drawn[],
  wantedMs: number,
  number: number,
): Drawn {
  let startMs = wantedMs;
  for (let delays = 0; delays < mostDelays; delays += 1) {
    for (const one of candidatesAt(monkey, ground, startMs, number))
      if (fits(one, drawn, monkey, ground)) return one;
    // When the next of those that are in the way is over.
    const ends = drawn.map(quietFrom).filter((endMs) => endMs > startMs);
    if (ends.length === 0) break;
    startMs = Math.min(...ends);
  }
  throw new UsageError(
    'no-target',
    `profile "${ground.profile}": its monkey finds nothing to do in this cluster`,
    {
      hint: `it leaves the last node of each role alone${monkey.spare.length === 0 ? '' : `, and spares ${monkey.spare.join(', ')}`}; of ${monkey.kinds.join(', ')} it takes what can be measured within ${monkey.lastsMs[1]} ms, on roles of two nodes or more: ${rolesOf(ground.nodes)}`,
    },
  );
}

function rolesOf(nodes: readonly PlannedNode[]): string {
  const roles = Map.groupBy(nodes, ({ role }) => role);
  return [...roles].map(([role, of]) => `${role} has ${of.length}`).join(', ');
}

/** All that could be done at this moment, in an order that the seed gives: families first, so that one of many kinds is no likelier. */
function* candidatesAt(
  monkey: Monkey,
  ground: MonkeyGround,
  startMs: number,
  number: number,
): Generator<Drawn, undefined> {
  const { draw, nodes, suitesOn } = ground;
  const [shortest, longest] = monkey.lastsMs;
  for (const family of shuffled(monkey.kinds, draw)) {
    for (const victim of shuffled(nodes, draw)) {
      if (isSpared(victim, monkey)) continue;
      const suiteIsThere = suitesOn.some((role) => nodes.find((node) => node.role === role) === victim);
      const kinds = monkeyFaults(family, victim, { draw, suiteIsThere });
      for (const nameless of shuffled(kinds, draw)) {
        const least = leastWindowMs(named(nameless, number)) + spareMs;
        if (least > longest) continue;
        const lastsMs = draw.integer(Math.max(least, shortest), longest);
        yield { victim, scheduled: scheduledAt(nameless, number, startMs, lastsMs, ground) };
      }
    }
  }
}

/** A dependency stands in for what is not under test. */
function isSpared({ name, role, dependency }: PlannedNode, { spare }: Monkey): boolean {
  return dependency !== undefined || spare.includes(name) || spare.includes(role);
}

function scheduledAt(
  nameless: Nameless,
  number: number,
  startMs: number,
  lastsMs: number,
  { profile, nodes, seed }: MonkeyGround,
): Drawn['scheduled'] {
  const fault: Fault = {
    ...named(nameless, number),
    from: [startMs, startMs],
    lastsMs: [lastsMs, lastsMs],
  };
  const targets = targetsOf(profile, fault, nodes, seed);
  return { id: `${profile}/${fault.name}`, profile, fault, targets, startMs, endMs: startMs + lastsMs };
}

function fits(one: Drawn, drawn: readonly Drawn[], { atOnce }: Monkey, ground: MonkeyGround): boolean {
  const near = drawn.filter((other) => meets(one, other));
  const together = near.filter(({ scheduled }) => scheduled.endMs > one.scheduled.startMs);
  if (together.length >= atOnce) return false;
  if (near.some(({ victim }) => victim === one.victim)) return false;
  // On one link one thing at a time is measured, and the second one would be late.
  const isShared = (target: string): boolean => one.scheduled.targets.includes(target);
  if (near.some(({ scheduled }) => scheduled.targets.some(isShared))) return false;
  const { role } = one.victim;
  const ofRole = ground.nodes.filter((node) => node.role === role).length;
  const hit = new Set(near.filter(({ victim }) => victim.role === role).map(({ victim }) => victim));
  if (hit.size + 1 >= ofRole) return false;
  // Of what is not yet quite gone, too: a node that comes up is read, and all that is on its links waits for it.
  const others = near.map((other) => ({ ...other.scheduled, endMs: quietFrom(other) }));
  return contradictionAmong([...ground.standing, ...others, one.scheduled]) === null;
}

/** One that comes while the other is there, or not yet quite gone: they are drawn in the order of their beginnings. */
function meets(one: Drawn, other: Drawn): boolean {
  return one.scheduled.startMs < quietFrom(other);
}

function quietFrom({ scheduled }: Drawn): number {
  return scheduled.endMs + (isNodeFault(scheduled.fault) ? quietAfterNodeMs : quietMs);
}

function named(nameless: Nameless, number: number): Passing {
  return { ...nameless, name: `monkey-${number}` };
}
