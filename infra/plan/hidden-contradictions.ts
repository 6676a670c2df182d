import { isLinkFault, type Fault } from '../spec/fault.ts';
import type { Contradiction } from './away-contradictions.ts';
import type { ScheduledFault } from './plan.ts';

/**
 * Pure: what the first does to a target hides the second, which is measured there as soon as it comes: nothing shows of a delay
 * where nothing comes through. One that comes later hides nothing: it waits until the other has been read.
 */
export function onHiddenTarget(first: ScheduledFault, second: ScheduledFault): Contradiction | null {
  const why = isThereWhenItComes(first, second) ? whyHidden(first.fault, second.fault) : null;
  const at = why === null ? undefined : first.targets.find((one) => second.targets.includes(one));
  return why === null || at === undefined ? null : { at, why };
}

/** Those of the whole run are read before any suite begins, beside each other alone. */
function isThereWhenItComes(first: ScheduledFault, second: ScheduledFault): boolean {
  if (second.startMs === null) return first.startMs === null;
  return (first.startMs ?? 0) <= second.startMs && second.startMs < (first.endMs ?? Infinity);
}

function whyHidden(first: Fault, second: Fault): string | null {
  if (first.kind === 'network.partition' && first.only === undefined && isLinkFault(second))
    return 'nothing of one shows where the other lets nothing through';
  // Of other traffic than the first cuts it is refused at any time (contradictions.ts).
  if (first.kind === 'network.partition' && second.kind === 'network.partition')
    return 'what one cuts is cut already by the other';
  if (first.kind === 'disk.space' && second.kind === 'disk.space' && second.freeBytes >= first.freeBytes)
    return 'nothing of one shows on a disk that the other leaves no more room on';
  if (first.kind === 'disk.inodes' && second.kind === 'disk.inodes' && second.freeInodes >= first.freeInodes)
    return 'nothing of one shows on a disk that the other leaves no more inodes on';
  return null;
}
