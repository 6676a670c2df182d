import { reach } from '../spec/faults/jitter-distribution.ts';
import type { Plan, ScheduledFault } from './plan.ts';
import type { Finding } from './senseless.ts';

/** Nothing comes before it was sent: where a spread reaches further than the delay, that would be longer than was asked. */
export function spreadBeyondDelay(
  { fault, targets, startMs }: ScheduledFault,
  { conditions, schedule }: Plan,
): Finding | null {
  if (fault.kind !== 'network.jitter' || startMs !== null) return null;
  const earlierMs = reach[fault.distribution ?? 'uniform'].earlier * fault.jitterMs;
  const delays = [...conditions, ...schedule].flatMap((other) =>
    other.fault.kind === 'network.delay' && other.startMs === null
      ? [{ on: other.targets, ms: other.fault.delayMs }]
      : [],
  );
  for (const target of targets) {
    const delayMs = delays.filter(({ on }) => on.includes(target)).reduce((sum, { ms }) => sum + ms, 0);
    if (delayMs === 0 || delayMs >= earlierMs) continue;
    return {
      key: 'jitterMs',
      message: `what comes over ${target} is ${delayMs} ms late, and some of it is to be up to ${Math.ceil(earlierMs)} ms earlier`,
      hint: 'a longer delay, less jitter, or no delay there: a jitter alone is around itself',
    };
  }
  return null;
}
