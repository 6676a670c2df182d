import { UsageError } from '../errors.ts';
import type { Link } from '../spec/cluster.ts';
import type { Fault, Profile } from '../spec/fault.ts';
import type { z } from 'zod';
import type { PlannedNode, ScheduledFault } from './plan.ts';
import { drawFor } from './seed.ts';
import { targetsOf } from './targets.ts';
import { windowsOf } from './windows.ts';

/**
 * Faults of the profiles with targets resolved and moments drawn, beside the standing conditions; the order in which
 * profiles are named is no matter.
 */
export function schedule(
  profiles: readonly Profile[],
  nodes: readonly PlannedNode[],
  seed: number,
  standing: readonly ScheduledFault[],
): readonly ScheduledFault[] {
  const all = [...profiles]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((profile) => profile.faults.flatMap((fault) => scheduled(profile.name, fault, nodes, seed)));
  refuseContradictions([...standing, ...all]);
  return all;
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
  const windows = windowsOf(fault, drawFor(seed, id));
  return windows.map((window, at) => ({
    id: windows.length === 1 ? id : `${id}/${at + 1}`,
    profile,
    fault,
    targets,
    ...window,
  }));
}

/** Delays add and the smaller disk wins; of two rates, ratios or jitters on one link neither could be confirmed. */
const exclusive: ReadonlySet<Fault['kind']> = new Set([
  'network.jitter',
  'network.loss',
  'network.duplicate',
  'network.reorder',
  'network.corrupt',
  'network.rate',
]);

function refuseContradictions(all: readonly ScheduledFault[]): void {
  for (const [index, a] of all.entries()) {
    for (const b of all.slice(index + 1)) {
      const why = whyNotBoth(a, b);
      if (why === null || !overlap(a, b)) continue;
      const target = a.targets.find((one) => b.targets.includes(one));
      if (target === undefined) continue;
      throw new UsageError(
        'contradiction',
        `"${a.id}" and "${b.id}" are on ${target} at the same time, and ${why}`,
        { hint: 'leave one of the two out, or give them windows that do not meet' },
      );
    }
  }
}

/** null: they can be told apart. */
function whyNotBoth(a: ScheduledFault, b: ScheduledFault): string | null {
  const kinds = [a.fault.kind, b.fault.kind];
  const [one, other] = kinds;
  if (one === other) return exclusive.has(a.fault.kind) ? `both set ${a.fault.kind}` : null;
  if (kinds.includes('network.jitter') && kinds.includes('network.reorder'))
    return 'packets that jitter overtake each other by themselves';
  // Those of the whole run are counted before any packet has a copy (scripts/faults/layers.ts).
  const inWindow = a.startMs !== null || b.startMs !== null;
  if (inWindow && kinds.includes('network.duplicate') && kinds.some((kind) => sparedByCopies.has(kind)))
    return 'where a packet has a copy, one of the two makes up for what happens to the other: let both hold during the whole run';
  return null;
}

const sparedByCopies: ReadonlySet<Fault['kind']> = new Set([
  'network.loss',
  'network.jitter',
  'network.reorder',
]);

function overlap(a: ScheduledFault, b: ScheduledFault): boolean {
  return (a.startMs ?? 0) < (b.endMs ?? Infinity) && (b.startMs ?? 0) < (a.endMs ?? Infinity);
}
