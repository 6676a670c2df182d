import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { drawFor } from '../../infra/plan/seed.ts';
import type { NodeFault } from '../../infra/spec/fault.ts';
import { accountMeaning, AccountReader } from './environment/account-targets.ts';
import { clockMeaning } from './clock/clock-judge.ts';
import { ClockReader } from './clock/clock-targets.ts';
import { dependencyMeaning } from './dependency/dependency-meaning.ts';
import { DependencyReader } from './dependency/dependency-targets.ts';
import { diskCallMeaning } from './disk/disk-call-meaning.ts';
import { DiskCallReader } from './disk/disk-call-targets.ts';
import { diskMeaning, DiskReader } from './disk/disk-targets.ts';
import { dnsMeaning } from './dns/dns-meaning.ts';
import { NameReader } from './dns/dns-targets.ts';
import { cpuMeaning, CpuReader } from './resource/cpu-targets.ts';
import { driftMeaning } from './drift/drift-meaning.ts';
import { DriftReader } from './drift/drift-targets.ts';
import { evictionMeaning } from './eviction/eviction-meaning.ts';
import { EvictionReader } from './eviction/eviction-targets.ts';
import type { FaultWatch } from './watch/fault-watch.ts';
import type { InForce } from './watch/in-force.ts';
import { LinkWatch } from './network/link-watch.ts';
import { filesMeaning, FilesReader } from './resource/files-targets.ts';
import { memoryMeaning, MemoryReader } from './resource/memory-targets.ts';
import { nodeMeaning, NodeReader, type NodeReading } from './node/node-targets.ts';
import { crashPointMeaning } from './process/crash-point-meaning.ts';
import { CrashPointReader } from './process/crash-point-targets.ts';
import { restartMeaning, RestartReader } from './process/restart-targets.ts';
import { processMeaning, ProcessReader } from './process/process-targets.ts';
import { spawnMeaning, SpawnReader } from './resource/spawn-targets.ts';
import { TargetWatch } from './watch/target-watch.ts';
import { unitSettingMeaning } from './environment/unit-setting-meaning.ts';
import { UnitSettingReader } from './environment/unit-setting-targets.ts';
import type { Victim } from './victim/victim.ts';

/** One for each family of faults, or for each sort of target of one: between them they have every fault. */
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
    new TargetWatch(diskCallMeaning, new DiskCallReader(victims, faults), ...around),
    new TargetWatch(processMeaning, new ProcessReader(victims), ...around),
    new TargetWatch(crashPointMeaning, new CrashPointReader(victims), ...around),
    new TargetWatch(restartMeaning, new RestartReader(victims), ...around),
    new TargetWatch<NodeFault, NodeReading>(nodeMeaning, new NodeReader(victims), ...around),
    new TargetWatch(filesMeaning, new FilesReader(victims), ...around),
    new TargetWatch(cpuMeaning, new CpuReader(victims), ...around),
    new TargetWatch(spawnMeaning, new SpawnReader(victims), ...around),
    new TargetWatch(memoryMeaning, new MemoryReader(victims), ...around),
    new TargetWatch(unitSettingMeaning, new UnitSettingReader(victims), ...around),
    new TargetWatch(accountMeaning, new AccountReader(victims), ...around),
    new TargetWatch(driftMeaning, new DriftReader(victims), ...around),
    new TargetWatch(clockMeaning, new ClockReader(victims, faults), ...around),
    new TargetWatch(evictionMeaning, new EvictionReader(victims), ...around),
    new TargetWatch(dependencyMeaning, new DependencyReader(victims, faults), ...around),
    new TargetWatch(dnsMeaning, new NameReader(victims), ...around),
  ];
}
