import { assertNever } from '../errors.ts';
import type { Fault } from '../spec/fault.ts';
import type { MonkeyFamily } from '../spec/monkey.ts';
import type { PlannedNode } from './plan.ts';
import type { Draw } from './seed.ts';

/** Those that may have a window. */
export type Passing = Exclude<Fault, { kind: 'network.rate' | 'network.burst-loss' | 'disk.rate' }>;
/** A fault before it has a name and a moment. */
export type Nameless = Passing extends infer F ? (F extends Passing ? Omit<F, 'name'> : never) : never;

/** Pure: every fault of a family that this node can have, its values drawn. */
export function monkeyFaults(
  family: MonkeyFamily,
  node: PlannedNode,
  { draw, suiteIsThere }: { readonly draw: Draw; readonly suiteIsThere: boolean },
): readonly Nameless[] {
  switch (family) {
    case 'network':
      return ofLinks(node, draw);
    case 'disk':
      return node.disks.flatMap((disk) => ofDisk(node, disk.path, disk.inodes));
    case 'calls':
      return node.disks.flatMap((disk) => ofCalls(node, disk.path, draw));
    case 'process':
      return node.units.flatMap((unit) => ofUnit(node, unit, draw));
    case 'node':
      return ofNode(node, suiteIsThere);
    case 'eviction':
      return ofEviction(node, suiteIsThere, draw);
    case 'resource':
      return ofResources(node, draw);
    case 'clock':
      return node.units.length === 0
        ? []
        : [{ kind: 'clock.offset', on: nodes(node), offsetMs: draw.integer(1, 2) === 1 ? 90_000 : -90_000 }];
    case 'dns':
      return ofNames(node, draw);
    default:
      return assertNever(family);
  }
}

/** All links of the node, both ways: it is slow, or deaf and dumb, for everybody alike. */
function ofLinks({ name }: PlannedNode, draw: Draw): readonly Nameless[] {
  const on = { links: [{ from: name, to: '*', both: true }] };
  return [
    { kind: 'network.partition', on },
    { kind: 'network.delay', on, delayMs: draw.integer(20, 200) },
    { kind: 'network.jitter', on, jitterMs: draw.integer(5, 50) },
    { kind: 'network.loss', on, lossRatio: draw.integer(2, 20) / 100 },
    { kind: 'network.duplicate', on, duplicateRatio: draw.integer(2, 20) / 100 },
    { kind: 'network.reorder', on, reorderRatio: draw.integer(2, 20) / 100, byMs: 20 },
    { kind: 'network.corrupt', on, corruptRatio: draw.integer(2, 20) / 100 },
  ];
}

/** Inodes only where the spec says how many there are: without, it is not known whether they run out. */
function ofDisk({ name }: PlannedNode, path: string, inodes: number | null): readonly Nameless[] {
  const on = { disks: [{ node: name, path }] };
  return [
    { kind: 'disk.space', on, freeBytes: 0 },
    ...(inodes === null ? [] : [{ kind: 'disk.inodes' as const, on, freeInodes: 0 }]),
  ];
}

/** Short enough for software that waits, and every so many calls so that some go well. */
function ofCalls({ name }: PlannedNode, path: string, draw: Draw): readonly Nameless[] {
  const on = { disks: [{ node: name, path }] };
  const calls = ['read', 'write', 'fsync'] as const;
  return [
    { kind: 'disk.slow', on, delayMs: draw.integer(10, 200), calls: [...calls] },
    { kind: 'disk.hang', on, calls: [...calls] },
    { kind: 'disk.error', on, every: draw.integer(2, 8), calls: [...calls] },
  ];
}

function ofUnit({ name }: PlannedNode, unit: string, draw: Draw): readonly Nameless[] {
  const on = { units: [{ node: name, unit }] };
  return [
    { kind: 'process.kill', on, signal: draw.integer(1, 2) === 1 ? 'KILL' : 'TERM' },
    { kind: 'process.crash-loop', on, afterMs: draw.integer(100, 500) },
    { kind: 'process.pause', on },
  ];
}

/** A suite that goes with its node says nothing of the software. */
function ofNode(node: PlannedNode, suiteIsThere: boolean): readonly Nameless[] {
  const on = nodes(node);
  return [
    { kind: 'node.pause', on },
    ...(suiteIsThere
      ? []
      : [
          { kind: 'node.kill' as const, on },
          { kind: 'node.reboot' as const, on },
        ]),
  ];
}

function ofEviction(node: PlannedNode, suiteIsThere: boolean, draw: Draw): readonly Nameless[] {
  const on = nodes(node);
  const common = { on, imdsv2: 'required' } as const;
  return [
    {
      ...common,
      kind: 'eviction.notice',
      notice: draw.integer(1, 2) === 1 ? 'interruption' : 'rebalance',
    },
    ...(suiteIsThere
      ? []
      : [
          {
            ...common,
            kind: 'eviction.spot' as const,
            noticeMs: draw.integer(1_000, 3_000),
            signal: draw.integer(1, 2) === 1 ? ('TERM' as const) : ('QUIT' as const),
            graceMs: draw.integer(500, 1_500),
          },
        ]),
  ];
}

/** Every name that the node asks for. */
function ofNames(node: PlannedNode, draw: Draw): readonly Nameless[] {
  const answers = ['servfail', 'nxdomain', 'none'] as const;
  const answer = answers[draw.integer(0, answers.length - 1)] ?? 'servfail';
  return [
    { kind: 'dns.slow', on: nodes(node), delayMs: draw.integer(100, 1_000) },
    { kind: 'dns.fail', on: nodes(node), answer },
  ];
}

/** Less by so much that it shows (beyond-sense.ts), and enough for what reads the node. */
function ofResources(node: PlannedNode, draw: Draw): readonly Nameless[] {
  const cpus = draw.integer(20, 50) / 100;
  const freeProcesses = 64;
  return [
    ...(node.cpus === null || cpus <= node.cpus * 0.7
      ? [{ kind: 'resource.cpu' as const, on: nodes(node), cpus }]
      : []),
    ...(freeProcesses <= node.pids / 2
      ? [{ kind: 'resource.processes' as const, on: nodes(node), freeProcesses }]
      : []),
  ];
}

function nodes({ name }: PlannedNode): { nodes: { node: string }[] } {
  return { nodes: [{ node: name }] };
}
