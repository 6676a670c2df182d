import { linkValues } from '../spec/faults/network.ts';
import type { Plan, ScheduledFault } from './plan.ts';
import type { Senseless } from './senseless.ts';

/** As one delay alone: probes are waited for that long. */
const mostMs = linkValues.delayMs.maxValue ?? Infinity;

/** Delays add up: of several on one link at one moment the sum is to be what one may be. The last of them is told, once. */
export function delaysBeyondMeasure({
  conditions,
  schedule,
}: Pick<Plan, 'conditions' | 'schedule'>): readonly Senseless[] {
  const delays = [...conditions, ...schedule].flatMap((of) => {
    const { fault, targets } = of;
    return fault.kind === 'network.delay' ? targets.map((target) => ({ of, target, ms: fault.delayMs })) : [];
  });
  const found = [...Map.groupBy(delays, ({ target }) => target)].flatMap(([target, on]) =>
    beyondMeasure(target, on),
  );
  return found.filter(({ of }, at) => found.findIndex((one) => one.of.fault === of.fault) === at);
}

interface Delay {
  readonly of: ScheduledFault;
  readonly ms: number;
}

function beyondMeasure(target: string, delays: readonly Delay[]): readonly Senseless[] {
  // There are most of them when one begins.
  for (const atMs of new Set(delays.map(({ of }) => of.startMs ?? 0))) {
    const there = delays.filter(
      ({ of: { startMs, endMs } }) => (startMs ?? 0) <= atMs && atMs < (endMs ?? Infinity),
    );
    const sumMs = there.reduce((sum, { ms }) => sum + ms, 0);
    const last = there.at(-1);
    if (last === undefined || sumMs <= mostMs) continue;
    return [
      {
        of: last.of,
        key: 'delayMs',
        message: `what comes over ${target} is to be ${sumMs} ms late, by ${there.length} delays that are there at once`,
        hint: `${mostMs} ms or less in all: no more could be measured; or windows that do not meet`,
      },
    ];
  }
  return [];
}
