import { z } from 'zod';
import { clockFaults } from './faults/clock.ts';
import { diskFaults } from './faults/disk.ts';
import { networkFaults } from './faults/network.ts';
import { nodeFaults } from './faults/node.ts';
import { processFaults } from './faults/process.ts';
import { faultName } from './faults/timing.ts';

/** One file a family, in faults/. */
export const Fault = z.discriminatedUnion('kind', [
  ...networkFaults,
  ...diskFaults,
  ...processFaults,
  ...nodeFaults,
  ...clockFaults,
]);
export type Fault = z.infer<typeof Fault>;
export type FaultKind = Fault['kind'];

/** Faults of one family: those whose kinds begin with its name. */
export type FaultOf<Family extends string> = Extract<Fault, { kind: `${Family}.${string}` }>;
export type LinkFault = FaultOf<'network'>;
export type DiskFault = FaultOf<'disk'>;
export type ProcessFault = FaultOf<'process'>;
export type NodeFault = FaultOf<'node'>;
export type ClockFault = FaultOf<'clock'>;

export function isLinkFault(fault: Fault): fault is LinkFault {
  return fault.kind.startsWith('network.');
}

export function isDiskFault(fault: Fault): fault is DiskFault {
  return fault.kind.startsWith('disk.');
}

export function isProcessFault(fault: Fault): fault is ProcessFault {
  return fault.kind.startsWith('process.');
}

export function isNodeFault(fault: Fault): fault is NodeFault {
  return fault.kind.startsWith('node.');
}

export function isClockFault(fault: Fault): fault is ClockFault {
  return fault.kind.startsWith('clock.');
}

/** A named set of faults: one file in infra/profiles/ or in the user's own repository. */
export const Profile = z.strictObject({
  name: faultName,
  description: z.string().min(1),
  faults: z.array(Fault).min(1),
});
export type Profile = z.infer<typeof Profile>;
