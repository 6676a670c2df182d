import { z } from 'zod';
import { clockFaults } from './faults/clock.ts';
import { dependencyFaults } from './faults/dependency.ts';
import { diskFaults } from './faults/disk.ts';
import { dnsFaults } from './faults/dns.ts';
import { driftFaults } from './faults/drift.ts';
import { environmentFaults } from './faults/environment.ts';
import { evictionFaults } from './faults/eviction.ts';
import { networkFaults } from './faults/network.ts';
import { nodeFaults } from './faults/node.ts';
import { processFaults } from './faults/process.ts';
import { resourceFaults } from './faults/resource.ts';
import { mostDescribed } from './described.ts';
import { faultName } from './faults/timing.ts';
import { Latency } from './latency.ts';
import { Monkey } from './monkey.ts';

/** One file a family, in faults/. */
export const Fault = z.discriminatedUnion('kind', [
  ...networkFaults,
  ...diskFaults,
  ...processFaults,
  ...nodeFaults,
  ...resourceFaults,
  ...environmentFaults,
  ...driftFaults,
  ...clockFaults,
  ...dependencyFaults,
  ...dnsFaults,
  ...evictionFaults,
]);
export type Fault = z.infer<typeof Fault>;
export type FaultKind = Fault['kind'];

/** Faults of one family: those whose kinds begin with its name. */
export type FaultOf<Family extends string> = Extract<Fault, { kind: `${Family}.${string}` }>;
export type LinkFault = FaultOf<'network'>;
/** Of what calls on a disk meet: a layer in front of it does that. */
export type DiskCallFault = Extract<
  Fault,
  { kind: 'disk.slow' | 'disk.rate' | 'disk.hang' | 'disk.error' | 'disk.corrupt' | 'disk.lost-sync' }
>;
/** Of what a disk has left, or takes. */
export type DiskFault = Exclude<FaultOf<'disk'>, DiskCallFault>;
export type ProcessFault = FaultOf<'process'>;
/** At a call that the software itself makes. */
export type CrashPointFault = Extract<Fault, { kind: 'process.crash-point' }>;
/** Of units that begin together. */
export type RestartFault = Extract<Fault, { kind: 'process.restart' }>;
/** Of what becomes of a unit's processes at once. */
export type HurtFault = Exclude<ProcessFault, CrashPointFault | RestartFault>;
export type NodeFault = FaultOf<'node'>;
export type FilesFault = Extract<Fault, { kind: 'resource.files' }>;
/** What a node as a whole may use. */
export type ResourceFault = Exclude<FaultOf<'resource'>, FilesFault>;
export type EnvironmentFault = FaultOf<'environment'>;
export type DriftFault = FaultOf<'drift'>;
export type VersionFault = Extract<Fault, { kind: 'drift.version' }>;
/** On units: settings that systemd starts them with. */
export type UnitSettingFault = Extract<EnvironmentFault, { on: { units: unknown } }>;
/** On nodes: what an account can do there. */
export type AccountFault = Extract<EnvironmentFault, { account: string }>;
export type ClockFault = FaultOf<'clock'>;
export type DependencyFault = FaultOf<'dependency'>;
export type DnsFault = FaultOf<'dns'>;
export type EvictionFault = FaultOf<'eviction'>;
export type NoticeFault = Extract<Fault, { kind: 'eviction.notice' }>;
export type SpotFault = Extract<Fault, { kind: 'eviction.spot' }>;
/** What takes a node away and gives it back, or another in its place. */
export type AwayFault = NodeFault | SpotFault;
/** After it there is another node in the place of the one that was there. */
export type ReplacingFault = Extract<Fault, { kind: 'node.replace' }> | SpotFault;

export function isLinkFault(fault: Fault): fault is LinkFault {
  return fault.kind.startsWith('network.');
}

export function isDiskFault(fault: Fault): fault is DiskFault {
  return fault.kind.startsWith('disk.') && !isDiskCallFault(fault);
}

export function isDiskCallFault(fault: Fault): fault is DiskCallFault {
  switch (fault.kind) {
    case 'disk.slow':
    case 'disk.rate':
    case 'disk.hang':
    case 'disk.error':
    case 'disk.corrupt':
    case 'disk.lost-sync':
      return true;
    default:
      return false;
  }
}

export function isProcessFault(fault: Fault): fault is ProcessFault {
  return fault.kind.startsWith('process.');
}

export function isCrashPointFault(fault: Fault): fault is CrashPointFault {
  return fault.kind === 'process.crash-point';
}

export function isRestartFault(fault: Fault): fault is RestartFault {
  return fault.kind === 'process.restart';
}

export function isHurtFault(fault: Fault): fault is HurtFault {
  return isProcessFault(fault) && !isCrashPointFault(fault) && !isRestartFault(fault);
}

export function isNodeFault(fault: Fault): fault is NodeFault {
  return fault.kind.startsWith('node.');
}

export function isResourceFault(fault: Fault): fault is ResourceFault {
  return fault.kind.startsWith('resource.') && !isFilesFault(fault);
}

export function isFilesFault(fault: Fault): fault is FilesFault {
  return fault.kind === 'resource.files';
}

export function isEnvironmentFault(fault: Fault): fault is EnvironmentFault {
  return fault.kind.startsWith('environment.');
}

export function isUnitSettingFault(fault: Fault): fault is UnitSettingFault {
  return isEnvironmentFault(fault) && 'units' in fault.on;
}

export function isAccountFault(fault: Fault): fault is AccountFault {
  return isEnvironmentFault(fault) && 'account' in fault;
}

export function isDriftFault(fault: Fault): fault is DriftFault {
  return fault.kind.startsWith('drift.');
}

export function isClockFault(fault: Fault): fault is ClockFault {
  return fault.kind.startsWith('clock.');
}

export function isDependencyFault(fault: Fault): fault is DependencyFault {
  return fault.kind.startsWith('dependency.');
}

export function isDnsFault(fault: Fault): fault is DnsFault {
  return fault.kind.startsWith('dns.');
}

export function isEvictionFault(fault: Fault): fault is EvictionFault {
  return fault.kind.startsWith('eviction.');
}

export function isAwayFault(fault: Fault): fault is AwayFault {
  return isNodeFault(fault) || fault.kind === 'eviction.spot';
}

export function isReplacingFault(fault: Fault): fault is ReplacingFault {
  return fault.kind === 'node.replace' || fault.kind === 'eviction.spot';
}

/** A named set of faults: one file in infra/profiles/ or in the user's own repository. */
export const Profile = z
  .strictObject({
    name: faultName,
    description: z.string().min(1).max(mostDescribed),
    faults: z.array(Fault).min(1).default([]),
    /** Sugar for `network.delay` between groups of nodes (infra/plan/latency.ts). */
    latency: Latency.optional(),
    monkey: Monkey.optional(),
  })
  .refine(
    ({ faults, latency, monkey }) => faults.length > 0 || latency !== undefined || monkey !== undefined,
    { path: ['faults'], error: 'at least one of "faults", "latency" and "monkey"' },
  );
export type Profile = z.infer<typeof Profile>;
