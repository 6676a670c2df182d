import { isAwayFault, isClockFault, isEvictionFault, isLinkFault, isReplacingFault } from '../spec/fault.ts';
import type { ScheduledFault } from './plan.ts';
import { nodesOf } from './target.ts';

/** Two faults that cannot be in one plan, on what, and why. */
export interface Contradiction {
  readonly at: string;
  readonly why: string;
  /** Where other windows would not help. */
  readonly hint?: string;
}

/** Whenever the two are in force. */
export interface Lasting extends Contradiction {
  readonly hint: string;
}

/**
 * A node that is down or stands still takes nothing and shows nothing. What is on its links during the whole run was
 * measured before, and is put in place again when the node is back.
 */
export function onNodeThatIsAway(away: ScheduledFault, other: ScheduledFault): Contradiction | null {
  if (!isAwayFault(away.fault)) return null;
  if (isLinkFault(other.fault) && other.startMs === null && away.startMs !== null) return null;
  if (losesPower(away, other)) return null;
  const at = away.targets.find((node) => other.targets.some((target) => nodesOf(target).includes(node)));
  return at === undefined
    ? null
    : { at, why: 'nothing can be done to a node, or seen of it, while it is away' };
}

/** From its notice to its end a node has a turn with all links to it, which the other one would have to wait for. */
export function onNodeBesideOneThatGoes(going: ScheduledFault, other: ScheduledFault): Contradiction | null {
  if (going.fault.kind !== 'eviction.spot' || !isAwayFault(other.fault)) return null;
  if (going.startMs === null || other.startMs === null) return null;
  const goneAtMs = going.startMs + going.fault.noticeMs + going.fault.graceMs;
  if (other.startMs < going.startMs || other.startMs >= goneAtMs) return null;
  return {
    at: [...going.targets, ...other.targets].join(' and '),
    why: `no other node can be taken away before ${going.targets.join(' and ')} has gone (${goneAtMs} ms)`,
  };
}

/** What a disk forgets is gone when its node is killed, and shows once that is back. */
function losesPower(away: ScheduledFault, { fault, startMs, endMs }: ScheduledFault): boolean {
  if (fault.kind !== 'disk.lost-sync' || away.fault.kind !== 'node.kill' || away.startMs === null)
    return false;
  return (startMs ?? 0) <= away.startMs && (endMs ?? Infinity) > (away.endMs ?? Infinity);
}

/** One metadata service stands on a node during the whole run. */
export function onArmedNode(a: ScheduledFault, b: ScheduledFault): Lasting | null {
  if (!isEvictionFault(a.fault) || !isEvictionFault(b.fault) || a.fault.imdsv2 === b.fault.imdsv2)
    return null;
  const at = a.targets.find((node) => b.targets.includes(node));
  return at === undefined
    ? null
    : {
        at,
        why: 'its metadata service requires tokens, or does not, during the whole run',
        hint: 'give both the same "imdsv2"',
      };
}

/** What is put before a unit's processes for its clock to be another one goes with the node. */
export function onReplacedClock(clock: ScheduledFault, other: ScheduledFault): Lasting | null {
  if (!isClockFault(clock.fault) || !isReplacingFault(other.fault)) return null;
  const at = clock.targets.find((node) => other.targets.includes(node));
  return at === undefined
    ? null
    : {
        at,
        why: 'a node that comes in its place has no clock that could be changed',
        hint: 'leave one of the two out, or let them be on different nodes',
      };
}
