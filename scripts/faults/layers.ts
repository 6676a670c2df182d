import type { ScheduledFault } from '../../infra/plan/plan.ts';

/**
 * Pure: faults in an order in which each can be measured by itself: no layer holds two of one kind on one target, and a
 * fault comes after those of its kind that stand before it.
 */
export function layers(faults: readonly ScheduledFault[]): readonly (readonly ScheduledFault[])[] {
  const found: ScheduledFault[][] = [];
  for (const fault of faults) {
    const after = found.findLastIndex((layer) => layer.some((other) => sameEffect(fault, other)));
    (found[after + 1] ??= []).push(fault);
  }
  return found;
}

function sameEffect(a: ScheduledFault, b: ScheduledFault): boolean {
  return a.fault.kind === b.fault.kind && a.targets.some((target) => b.targets.includes(target));
}
