import { UsageError } from '../errors.ts';
import type { Link } from '../spec/cluster.ts';
import type { Fault, Profile } from '../spec/fault.ts';
import type { z } from 'zod';
import type { PlannedNode, ScheduledFault } from './plan.ts';
import { drawFor } from './seed.ts';

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
  const scheduled = [...profiles]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((profile) => profile.faults.map((fault) => scheduleOne(profile.name, fault, nodes, seed)));
  refuseContradictions([...standing, ...scheduled]);
  return scheduled;
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
    return faults.map((fault) => scheduleOne(`links/${index}`, fault, nodes, 0));
  });
}

function scheduleOne(
  profile: string,
  fault: Fault,
  nodes: readonly PlannedNode[],
  seed: number,
): ScheduledFault {
  const id = `${profile}/${fault.name}`;
  const { from, untilMs } = fault;
  const startMs = from === undefined ? null : drawFor(seed, id).integer(from[0], from[1]);
  return { id, profile, fault, targets: targetsOf(id, fault, nodes), startMs, endMs: untilMs ?? null };
}

function targetsOf(id: string, { on }: Fault, nodes: readonly PlannedNode[]): readonly string[] {
  const found = 'links' in on ? linksOf(on.links, nodes) : disksOf(on.disks, nodes);
  if (found.length > 0) return [...new Set(found)].sort();
  throw new UsageError('no-target', `fault "${id}" has no target in this cluster`, {
    hint: `its roles and nodes are ${[...new Set(nodes.flatMap(({ name, role }) => [role, name]))].join(', ')}`,
  });
}

type LinkTarget = Extract<Fault['on'], { links: unknown }>['links'];
type DiskTarget = Extract<Fault['on'], { disks: unknown }>['disks'];

function linksOf(target: LinkTarget, nodes: readonly PlannedNode[]): readonly string[] {
  const ends = target === 'all' ? [{ from: '*', to: '*', both: false }] : target;
  return ends.flatMap(({ from, to, both }) =>
    named(from, nodes).flatMap((a) =>
      named(to, nodes)
        .filter((b) => b !== a)
        .flatMap((b) => (both ? [`${a}->${b}`, `${b}->${a}`] : [`${a}->${b}`])),
    ),
  );
}

function disksOf(target: DiskTarget, nodes: readonly PlannedNode[]): readonly string[] {
  const wanted = target === 'all' ? [{ node: '*', path: undefined }] : target;
  return wanted.flatMap(({ node, path }) => {
    const names = named(node, nodes);
    return nodes
      .filter(({ name }) => names.includes(name))
      .flatMap(({ name, disks }) =>
        disks
          .filter((disk) => path === undefined || disk.path === path)
          .map((disk) => `${name}:${disk.path}`),
      );
  });
}

function named(roleOrNode: string, nodes: readonly PlannedNode[]): readonly string[] {
  return nodes
    .filter(({ name, role }) => roleOrNode === '*' || role === roleOrNode || name === roleOrNode)
    .map(({ name }) => name);
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
      const why = whyNotBoth(a.fault.kind, b.fault.kind);
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
function whyNotBoth(a: Fault['kind'], b: Fault['kind']): string | null {
  if (a === b && exclusive.has(a)) return `both set ${a}`;
  const kinds = [a, b];
  return kinds.includes('network.jitter') && kinds.includes('network.reorder')
    ? 'packets that jitter overtake each other by themselves'
    : null;
}

function overlap(a: ScheduledFault, b: ScheduledFault): boolean {
  return (a.startMs ?? 0) < (b.endMs ?? Infinity) && (b.startMs ?? 0) < (a.endMs ?? Infinity);
}
