import { UsageError } from '../errors.ts';
import type { MemoryLimit, Plan, PlannedNode, ScheduledFault } from './plan.ts';

const MiB = 1024 * 1024;

/** What each node held at most in a control, without what can be given back, bytes. */
export type HeldMemory = Readonly<Record<string, number>>;

/**
 * A node is left so much more than it held, whatever its part comes to: what measures and heals is started inside, by the
 * engine, which needs that much for a moment, and on a node that holds little a fifth of it is next to nothing.
 */
export const leastRoomMiB = 8;

/** Of a node that has `has`: what is hardly less could not be told from none taken. */
export function mostMemoryMiB(has: number): number {
  return Math.floor(Math.min(has * 0.75, has - 12));
}

/** How many times of what the control held; null: the fault does not go by it. */
export function timesControl({ fault }: ScheduledFault): number | null {
  return fault.kind === 'resource.memory' ? (fault.timesControl ?? null) : null;
}

/** @throws UsageError (64) where a fault goes by a control and there is to be none. */
export function refuseWithoutControl({ schedule }: Pick<Plan, 'schedule'>): void {
  const one = schedule.find((scheduled) => timesControl(scheduled) !== null);
  if (one === undefined) return;
  throw new UsageError(
    'needs-control',
    `fault "${one.id}" leaves ${timesControl(one)} times the memory that nodes held in the control, and --control never makes none`,
    { hint: '--control cached (as without it) or always; or `memoryMiB` in place of `timesControl`' },
  );
}

/** Nodes of which a fault is to know what they held, and nobody does. */
export function unknownTo(held: HeldMemory, { schedule }: Pick<Plan, 'schedule'>): readonly string[] {
  const asked = schedule.filter((one) => timesControl(one) !== null).flatMap(({ targets }) => targets);
  return [...new Set(asked)].filter((node) => !Object.hasOwn(held, node)).sort();
}

/**
 * Pure: the schedule, with what goes by the control bound to it.
 * @throws UsageError (64) where a node has hardly more than that.
 */
export function boundToControl(
  { schedule, nodes }: Pick<Plan, 'schedule' | 'nodes'>,
  held: HeldMemory,
): readonly ScheduledFault[] {
  return schedule.map((scheduled) => {
    const times = timesControl(scheduled);
    if (times === null) return scheduled;
    const limits = nodes
      .filter(({ name }) => scheduled.targets.includes(name))
      .map((node) => [node.name, limitOf(scheduled.id, times, node, held)] as const);
    return { ...scheduled, memory: Object.fromEntries(limits) };
  });
}

/** In whole MiB, rounded up. */
function limitOf(id: string, times: number, { name, memoryMiB }: PlannedNode, held: HeldMemory): MemoryLimit {
  const heldBytes = held[name];
  if (heldBytes === undefined) throw new Error(`what ${name} held in the control is not known`);
  const leftMiB = Math.ceil(Math.max((heldBytes * times) / MiB, heldBytes / MiB + leastRoomMiB));
  const mostMiB = mostMemoryMiB(memoryMiB);
  if (leftMiB <= mostMiB) return { heldBytes, bytes: leftMiB * MiB };
  throw new UsageError(
    'senseless',
    `fault "${id}" leaves ${name} ${leftMiB} MiB, ${times} times the ${Math.ceil(heldBytes / MiB)} MiB that it held in the control, and the node has ${memoryMiB} of its own`,
    {
      hint: `what is hardly less could not be told from none taken: more \`memoryMiB\` for its role, a smaller \`timesControl\` (${mostMiB} MiB or less are to be left), or the node left out of \`on\``,
    },
  );
}

/** What the fault leaves a node; of one that it is not on, the most that it leaves any. */
export function memoryBytesOn({ id, fault, memory }: ScheduledFault, node: string): number {
  if (fault.kind !== 'resource.memory') throw new Error(`${fault.kind} takes no memory`);
  if (fault.memoryMiB !== undefined) return fault.memoryMiB * MiB;
  if (memory === undefined) throw new Error(`${id} goes by a control, and is not bound to one`);
  return memory[node]?.bytes ?? Math.max(...Object.values(memory).map(({ bytes }) => bytes));
}
