import { assertNever } from '../../infra/errors.ts';
import type { ScheduledFault } from '../../infra/plan/plan.ts';
import {
  isClockFault,
  isDependencyFault,
  isDiskCallFault,
  isDiskFault,
  isDnsFault,
  isDriftFault,
  isEnvironmentFault,
  isEvictionFault,
  isFilesFault,
  isLinkFault,
  isNodeFault,
  isProcessFault,
  isResourceFault,
  type Fault,
} from '../../infra/spec/fault.ts';
import { ClockArms } from './clock/clock-arms.ts';
import { clockDriver } from './clock/clock-driver.ts';
import { dependencyDriver } from './dependency/dependency-driver.ts';
import { DiskLayers } from './disk/disk-layers.ts';
import { diskDriver } from './disk/disk-driver.ts';
import { dnsDriver } from './dns/dns-driver.ts';
import { driftDriver } from './drift/drift-driver.ts';
import { environmentDriver } from './environment/environment-driver.ts';
import { evictionDriver } from './eviction/eviction-driver.ts';
import type { FamilyDriver } from './victim/family-driver.ts';
import { filesDriver } from './resource/files-driver.ts';
import type { Scaffolding } from './side-car/scaffolding.ts';
import { LinksDriver } from './network/links-driver.ts';
import { MetadataArms } from './metadata/metadata-arms.ts';
import { givingBack, nodeDriver } from './node/node-driver.ts';
import { processDriver } from './process/process-driver.ts';
import { resourceDriver } from './resource/resource-driver.ts';
import { allDone } from '../all-done.ts';
import { victimNamed, type Victim } from './victim/victim.ts';

/**
 * What does and undoes faults, and nothing else: it never measures. A test that wants to see a fault which is not there,
 * or one that is not undone, puts another driver in its place; the measuring stays what it is.
 */
export interface FaultDriver extends FamilyDriver {
  /** Puts in place what must be there before any of these faults comes (contracts: `arm`), and shows none of it yet. */
  arm(faults: readonly ScheduledFault[]): Promise<void>;
  /** What idles on a node for faults to come, with none in force, as its fingerprint shows it. All else is left behind. */
  scaffolding(node: string): Scaffolding;
  /** Ends what idles for faults to come, on all nodes but those that have `ended`. */
  release(ended?: ReadonlySet<string>): Promise<void>;
}

export function driverOf(victims: readonly Victim[]): FaultDriver {
  const [links, metadataArms] = [new LinksDriver(victims), new MetadataArms(victims)];
  const [layers, disks] = [new DiskLayers(victims), diskDriver(victims)];
  const giveBack = givingBack(victims, { links, metadata: metadataArms, layers, disks });
  const [nodes, evictions] = [nodeDriver(victims, giveBack), evictionDriver(victims, giveBack)];
  const processes = processDriver(victims);
  const [resources, files] = [resourceDriver(victims), filesDriver(victims)];
  const [environments, drifts] = [environmentDriver(victims), driftDriver(victims)];
  const [clocks, clockArms] = [clockDriver(victims), new ClockArms(victims)];
  const [dependencies, names] = [dependencyDriver(victims), dnsDriver(victims)];
  const of = (fault: Fault): FamilyDriver => {
    if (isLinkFault(fault)) return links;
    if (isDiskFault(fault) || isDiskCallFault(fault)) return disks;
    if (isProcessFault(fault)) return processes;
    if (isNodeFault(fault)) return nodes;
    if (isResourceFault(fault)) return resources;
    if (isFilesFault(fault)) return files;
    if (isEnvironmentFault(fault)) return environments;
    if (isDriftFault(fault)) return drifts;
    if (isClockFault(fault)) return clocks;
    if (isDependencyFault(fault)) return dependencies;
    if (isDnsFault(fault)) return names;
    if (isEvictionFault(fault)) return evictions;
    return assertNever(fault);
  };
  return {
    inject: async (fault, active, until) => of(fault.fault).inject(fault, active, until),
    heal: async (fault, active, ended) => of(fault.fault).heal(fault, active, ended),
    async arm(faults) {
      const metadata = metadataArms.arm(faults);
      // One after the other: both start units anew.
      const inTurn = clockArms.arm(faults).then(async () => {
        await layers.arm(faults);
        await processes.arm(faults);
      });
      await allDone([metadata, inTurn]);
    },
    scaffolding(node) {
      const all = [
        victimNamed(victims, node).links.scaffolding(),
        clockArms.scaffolding(node),
        metadataArms.scaffolding(node),
        layers.scaffolding(node),
      ];
      return { come: all.flatMap(({ come }) => come), gone: all.flatMap(({ gone }) => gone) };
    },
    async release(ended = new Set()) {
      const there = victims.filter(({ node }) => !ended.has(node));
      await allDone([
        ...there.map(async (victim) => victim.links.release()),
        layers.release(ended).finally(async () => clockArms.release(ended)),
      ]);
      await metadataArms.release(ended);
    },
  };
}
