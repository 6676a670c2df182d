import { memoryBytesOn } from '../../../infra/plan/memory-limits.ts';
import type { Fault } from '../../../infra/spec/fault.ts';
import { readMemory, unreadMemory, type MemoryReading } from './memory-readings.ts';
import { nodesBeside } from '../victim/nodes-beside.ts';
import type { Asked, TargetMeaning, TargetReader } from '../watch/target-watch.ts';
import { Turns } from '../watch/turns.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';

export type MemoryFault = Extract<Fault, { kind: 'resource.memory' }>;

const MiB = 1024 * 1024;
/** What else is on the node takes and gives back memory meanwhile, and the kernel's own for it counts, too. */
const tolerated = 0.1;
const leastTolerance = 4 * MiB;

const toleranceOf = (requested: number): number =>
  Math.round(Math.max(leastTolerance, requested * tolerated));
/** Where no limit is met, it goes no further than is needed to see that there is none. */
const triedOf = (requested: number): number => requested + 2 * toleranceOf(requested);

function requestedOf({ name, memoryMiB }: MemoryFault): number {
  if (memoryMiB === undefined) throw new Error(`${name} leaves each of its nodes something else`);
  return memoryMiB * MiB;
}

/** Pure: what it means how much memory a node could hold. */
export const memoryMeaning: TargetMeaning<MemoryFault, MemoryReading> = {
  isOf: (fault): fault is MemoryFault => fault.kind === 'resource.memory',
  unread: unreadMemory,
  onTarget(scheduled, node) {
    const { fault } = scheduled;
    if (fault.kind !== 'resource.memory') throw new Error(`${fault.kind} is of another family`);
    return { ...fault, memoryMiB: memoryBytesOn(scheduled, node) / MiB };
  },
  judge(fault, { before, during, after }) {
    const requested = requestedOf(fault);
    const tolerance = toleranceOf(requested);
    const [was, is, left] = [before.heldBytes, during.heldBytes, after.heldBytes];
    const isThatMuch = during.wasKilled && Math.abs(is - requested) <= tolerance + during.stepBytes;
    const hadMore = was > requested + tolerance;
    const ok = isThatMuch && hadMore;
    return {
      ...{ requested, unit: 'byte', n: is < 0 ? 0 : 1, tolerance: tolerance + during.stepBytes, ok },
      measured: { before: was, during: is, after: left },
      samples: { before: [was], during: [is], after: [left] },
      why: ok ? '' : whyNot(isThatMuch, before, during),
    };
  },
  whyNotHealed(fault, { after }) {
    const requested = requestedOf(fault);
    if (after.heldBytes > requested + toleranceOf(requested)) return '';
    return after.heldBytes < 0 ? unreadable : `it could hold no more than ${mebibytes(after)}`;
  },
  isAsBefore: (before, now) => now.heldBytes >= 0 && now.heldBytes >= before.heldBytes - 2 * leastTolerance,
};

const unreadable = 'what the node can hold could not be read';

function mebibytes({ heldBytes }: MemoryReading): string {
  return `${Math.round(heldBytes / MiB)} MiB`;
}

function whyNot(isThatMuch: boolean, before: MemoryReading, during: MemoryReading): string {
  if (during.heldBytes < 0) return unreadable;
  if (isThatMuch) return `it could hold no more than ${mebibytes(before)} before`;
  return during.wasKilled
    ? `it could hold ${mebibytes(during)}`
    : `it held ${mebibytes(during)}, and could have more`;
}

/** Nodes, each with a process that takes memory. One after the other: together they might take more than the host has. */
export class MemoryReader implements TargetReader<MemoryFault, MemoryReading> {
  readonly #victims: readonly Victim[];
  readonly #turns = new Turns();

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  beside(targets: readonly string[]): readonly string[] {
    return nodesBeside(this.#victims, targets);
  }

  async read(node: string, { scheduled }: Asked<MemoryFault>, signal: AbortSignal): Promise<MemoryReading> {
    const { access } = victimNamed(this.#victims, node);
    const bytes = triedOf(memoryBytesOn(scheduled, node));
    return await this.#turns.take(['memory'], async () => readMemory(access, bytes, signal));
  }
}
