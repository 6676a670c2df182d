import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { drawFor } from '../../infra/plan/seed.ts';
import { clockMeaning } from './clock-judge.ts';
import { ClockReader } from './clock-targets.ts';
import { diskMeaning, DiskReader } from './disk-targets.ts';
import type { FaultWatch } from './fault-watch.ts';
import type { InForce } from './in-force.ts';
import { LinkWatch } from './link-watch.ts';
import { nodeMeaning, NodeReader } from './node-targets.ts';
import { processMeaning, ProcessReader } from './process-targets.ts';
import { TargetWatch } from './target-watch.ts';
import type { Victim } from './victim.ts';

/** One for each family of faults: between them they have every fault. */
export function watchesOf(
  victims: readonly Victim[],
  faults: readonly ScheduledFault[],
  inForce: InForce,
  signal: AbortSignal,
  seed: number,
): readonly FaultWatch[] {
  const around = [faults, inForce, signal] as const;
  return [
    new LinkWatch(victims, ...around, drawFor(seed, 'bystanders')),
    new TargetWatch(diskMeaning, new DiskReader(victims), ...around),
    new TargetWatch(processMeaning, new ProcessReader(victims), ...around),
    new TargetWatch(nodeMeaning, new NodeReader(victims), ...around),
    new TargetWatch(clockMeaning, new ClockReader(victims, faults), ...around),
  ];
}
