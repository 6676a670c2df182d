import type { ScheduledFault } from '../../infra/plan/plan.ts';

/**
 * Pure: faults in an order in which each can be measured by itself: no layer holds two of one kind on one target, and a
 * fault comes after those of its kind that stand before it, and duplicates come last.
 */
export function layers(faults: readonly ScheduledFault[]): readonly (readonly ScheduledFault[])[] {
  const found: ScheduledFault[][] = [];
  for (const fault of [...faults].sort((a, b) => Number(duplicates(a)) - Number(duplicates(b)))) {
    const after = found.findLastIndex((layer) => layer.some((other) => sameEffect(fault, other)));
    (found[after + 1] ??= []).push(fault);
  }
  return found;
}

/** Where a packet has a copy, losing one of the two loses nothing: what else is to be counted is counted before. */
function sameEffect(a: ScheduledFault, b: ScheduledFault): boolean {
  const alike = a.fault.kind === b.fault.kind || duplicates(a) || duplicates(b);
  return alike && a.targets.some((target) => b.targets.includes(target));
}

function duplicates({ fault }: ScheduledFault): boolean {
  return fault.kind === 'network.duplicate';
}
