import type { Link } from '../spec/cluster.ts';
import type { Fault, Profile } from '../spec/fault.ts';
import type { z } from 'zod';
import { refuseContradictions } from './contradictions.ts';
import { latencyFaults } from './latency.ts';
import type { EventStart, Plan, PlannedNode, ScheduledFault } from './plan.ts';
import { monkeySchedule } from './monkey.ts';
import { RefusedFault } from './refused-fault.ts';
import { drawFor } from './seed.ts';
import { targetsOf } from './targets.ts';
import { windowsOf } from './windows.ts';

/** What faults are scheduled on. */
export interface Ground {
  readonly nodes: readonly PlannedNode[];
  readonly seed: number;
  readonly standing: readonly ScheduledFault[];
  /** Roles that suites run on. */
  readonly suitesOn: readonly string[];
}

/**
 * Faults of the profiles with targets resolved and moments drawn, beside the standing conditions; the order in which
 * profiles are named is no matter.
 */
export function schedule(
  profiles: readonly Profile[],
  { nodes, seed, standing, suitesOn }: Ground,
): readonly ScheduledFault[] {
  const named = [...profiles].sort((a, b) => (a.name < b.name ? -1 : 1));
  const written = named.map((profile) => ({ profile, faults: writtenOf(profile, nodes, seed) }));
  // What is written down in any profile goes before what a monkey picks.
  const there = [...standing, ...written.flatMap(({ faults }) => faults)];
  const all = written.flatMap(({ profile: { name, monkey }, faults }) => {
    if (monkey === undefined) return faults;
    const draw = drawFor(seed, `${name}/monkey`);
    const drawn = monkeySchedule(monkey, { profile: name, nodes, seed, draw, beside: there, suitesOn });
    there.push(...drawn);
    return [...faults, ...drawn];
  });
  refuseContradictions([...standing, ...all]);
  return all;
}

function writtenOf(profile: Profile, nodes: readonly PlannedNode[], seed: number): readonly ScheduledFault[] {
  const { name, faults, monkey } = profile;
  const all = [...faults, ...latencyFaults(profile, nodes)];
  const there = all.flatMap((fault) => scheduled(name, fault, nodes, seed));
  if (all.length > 0 && there.length === 0 && monkey === undefined) throw nothingThere(name);
  return there;
}

/** A run of it would pass for one under faults. */
function nothingThere(profile: string): RefusedFault {
  return new RefusedFault('no-target', `no fault of profile "${profile}" has a target in this cluster`, {
    hint: 'a cluster with `disks:`, or another profile',
    place: { profile, fault: null, at: ['faults'] },
  });
}

/** `links:` of the spec as faults that are always in force, in the control too. */
export function conditions(
  links: readonly z.infer<typeof Link>[],
  nodes: readonly PlannedNode[],
): readonly ScheduledFault[] {
  return links.flatMap(({ from, to, delayMs, jitterMs, lossRatio, rateMbit }, index) => {
    const on = { links: [{ from, to, both: false }] };
    const faults: Fault[] = [
      ...(delayMs === undefined ? [] : [{ kind: 'network.delay' as const, name: 'delay', on, delayMs }]),
      ...(jitterMs === undefined ? [] : [{ kind: 'network.jitter' as const, name: 'jitter', on, jitterMs }]),
      ...(lossRatio === undefined ? [] : [{ kind: 'network.loss' as const, name: 'loss', on, lossRatio }]),
      ...(rateMbit === undefined ? [] : [{ kind: 'network.rate' as const, name: 'rate', on, rateMbit }]),
    ];
    return faults.flatMap((fault) => scheduled(`links/${index}`, fault, nodes, 0));
  });
}

/** A fault that comes again is one for each time, so that each has its own receipts. */
function scheduled(
  profile: string,
  fault: Fault,
  nodes: readonly PlannedNode[],
  seed: number,
): readonly ScheduledFault[] {
  const id = `${profile}/${fault.name}`;
  const targets = targetsOf(profile, fault, nodes, seed);
  if (targets.length === 0) return [];
  const windows = windowsOf(fault, drawFor(seed, id));
  return windows.map(({ startMs, endMs, after }, at) => ({
    id: windows.length === 1 ? id : `${id}/${at + 1}`,
    profile,
    fault,
    targets,
    startMs,
    endMs,
    ...(after === undefined ? {} : { after: { ...eventOf(fault, nodes), ...after } }),
  }));
}

/** Where nobody has it, beyond-sense.ts says so in its place. */
function eventOf(
  { from }: Fault,
  nodes: readonly PlannedNode[],
): Pick<EventStart, 'event' | 'nodes' | 'byMs'> {
  if (from === undefined || !('event' in from)) throw new Error('a fault without an event waits for none');
  const { event, byMs } = from;
  const where = event.log?.node ?? event.file?.node ?? event.port?.node;
  const unit = event.log?.unit;
  const found = nodes.filter(
    ({ name, role, units }) =>
      (role === where || name === where) && (unit === undefined || units.includes(unit)),
  );
  return { event, byMs, nodes: found.map(({ name }) => name) };
}

/** Standing conditions of the spec's links are faults of the whole run, in the control too. */
export function faultsOf(plan: Plan): readonly ScheduledFault[] {
  return [...plan.conditions, ...plan.schedule];
}
