import { UsageError } from '../errors.ts';
import { isClockFault, isLinkFault, isNodeFault, isProcessFault, type FaultKind } from '../spec/fault.ts';
import type { ScheduledFault } from './plan.ts';
import { nodesOf } from './target.ts';

/**
 * Refuses what cannot be in force at once and still be confirmed, each by itself.
 * @throws UsageError (64) with the names of both.
 */
export function refuseContradictions(all: readonly ScheduledFault[]): void {
  for (const [index, a] of all.entries()) {
    for (const b of all.slice(index + 1)) {
      const found = overlap(a, b)
        ? (onOneTarget(a, b) ??
          onNodeThatIsAway(a, b) ??
          onNodeThatIsAway(b, a) ??
          onUnitThatIsAsked(a, b) ??
          onUnitThatIsAsked(b, a))
        : null;
      if (found === null) continue;
      throw new UsageError(
        'contradiction',
        `"${a.id}" and "${b.id}" are on ${found.at} at the same time, and ${found.why}`,
        { hint: 'leave one of the two out, or give them windows that do not meet' },
      );
    }
  }
}

interface Contradiction {
  readonly at: string;
  readonly why: string;
}

function onOneTarget(a: ScheduledFault, b: ScheduledFault): Contradiction | null {
  const why = whyNotBoth(a, b);
  const at = why === null ? undefined : a.targets.find((one) => b.targets.includes(one));
  return why === null || at === undefined ? null : { at, why };
}

/** Delays add and the smaller disk wins; of two of these on one link neither could be confirmed. */
const exclusive: ReadonlySet<FaultKind> = new Set([
  'network.jitter',
  'network.loss',
  'network.duplicate',
  'network.reorder',
  'network.corrupt',
  'network.rate',
]);

/** null: they can be told apart. */
function whyNotBoth(a: ScheduledFault, b: ScheduledFault): string | null {
  const kinds = [a.fault.kind, b.fault.kind];
  const [one, other] = kinds;
  if (one === other && exclusive.has(a.fault.kind)) return `both set ${a.fault.kind}`;
  if (isProcessFault(a.fault) && isProcessFault(b.fault))
    return 'what one does to the unit hides what the other does';
  if (isClockFault(a.fault) && isClockFault(b.fault) && setsZone(a) === setsZone(b))
    return setsZone(a) ? 'both set its zone' : 'both set its clock';
  if (kinds.includes('network.jitter') && kinds.includes('network.reorder'))
    return 'packets that jitter overtake each other by themselves';
  // Those of the whole run are counted before any packet has a copy (scripts/faults/layers.ts).
  const inWindow = a.startMs !== null || b.startMs !== null;
  if (inWindow && kinds.includes('network.duplicate') && kinds.some((kind) => sparedByCopies.has(kind)))
    return 'where a packet has a copy, one of the two makes up for what happens to the other: let both hold during the whole run';
  return null;
}

const sparedByCopies: ReadonlySet<FaultKind> = new Set(['network.loss', 'network.jitter', 'network.reorder']);

/**
 * A node that is down or stands still takes nothing and shows nothing. What is on its links during the whole run was
 * measured before, and is put in place again when the node is back.
 */
function onNodeThatIsAway(away: ScheduledFault, other: ScheduledFault): Contradiction | null {
  if (!isNodeFault(away.fault)) return null;
  if (isLinkFault(other.fault) && other.startMs === null && away.startMs !== null) return null;
  const at = away.targets.find((node) => other.targets.some((target) => nodesOf(target).includes(node)));
  return at === undefined
    ? null
    : { at, why: 'nothing can be done to a node, or seen of it, while it is away' };
}

/** Each process is asked what time it is. */
function onUnitThatIsAsked(clock: ScheduledFault, other: ScheduledFault): Contradiction | null {
  if (!isClockFault(clock.fault) || !isProcessFault(other.fault)) return null;
  const at = clock.targets.find((node) => other.targets.some((target) => nodesOf(target).includes(node)));
  return at === undefined
    ? null
    : { at, why: 'a unit that falls or stands still cannot be asked for its time' };
}

function setsZone({ fault }: ScheduledFault): boolean {
  return fault.kind === 'clock.zone';
}

function overlap(a: ScheduledFault, b: ScheduledFault): boolean {
  return (a.startMs ?? 0) < (b.endMs ?? Infinity) && (b.startMs ?? 0) < (a.endMs ?? Infinity);
}
