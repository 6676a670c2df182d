import type { Fault } from '../../../infra/spec/fault.ts';
import { readCpu, unreadCpu, type Burst, type CpuReading } from './cpu-readings.ts';
import { nodesBeside } from '../victim/nodes-beside.ts';
import type { Asked, TargetMeaning, TargetReader } from '../watch/target-watch.ts';
import { Turns } from '../watch/turns.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';

export type CpuFault = Extract<Fault, { kind: 'resource.cpu' }>;

/** The kernel hands processor time out in periods of 100 ms: to be in force takes ten of them, to be clean a few. */
const bursts = {
  during: { beforeMs: 200, lookMs: 1_000 },
  otherwise: { beforeMs: 100, lookMs: 400 },
  beside: { beforeMs: 50, lookMs: 200 },
} as const satisfies Record<string, Burst>;

/** Of what was asked: the end of one period is not the end of what is read. */
const tolerated = 0.15;
const leastTolerance = 0.02;
/** How often a node is looked at again to which others left too little, a second or less each time. */
const tries = 8;
/** Of the time, for which a node that nothing is done to may stand still more than it did. */
const slack = 0.1;

/** Pure: what readings of busy nodes mean. */
export const cpuMeaning: TargetMeaning<CpuFault, CpuReading> = {
  isOf: (fault): fault is CpuFault => fault.kind === 'resource.cpu',
  unread: unreadCpu,
  judge({ cpus }, { before, during, after }) {
    const tolerance = toleranceOf(cpus);
    const isThatMuch = during.share >= 0 && Math.abs(during.share - cpus) <= tolerance;
    // On a busy host it may have got less before, too, but then not for want of what it may use.
    const hadMore = before.share > cpus + 2 * tolerance || (before.share > 0 && before.held < leastTolerance);
    const isHeld = during.held >= before.held + Math.max(leastTolerance, (before.share - during.share) / 2);
    const ok = isThatMuch && hadMore && isHeld;
    return {
      ...{ requested: cpus, unit: 'ratio', n: during.periods, tolerance, ok },
      measured: { before: before.share, during: during.share, after: after.share },
      samples: { before: [before.share], during: [during.share], after: [after.share] },
      why: ok ? '' : whyNot({ isThatMuch, hadMore }, before, during),
    };
  },
  /** It got more than the fault left it, and stands still no more than it did. */
  whyNotHealed({ cpus }, { before, during, after }) {
    if (after.share < 0) return unreadable;
    if (!getsMore(cpus, after)) return `with a busy process it got ${percent(after.share)} of a processor`;
    return after.held <= before.held + (during.held - before.held) / 4
      ? ''
      : `it stood still for ${percent(after.held)} of the time for want of what it may use, and for ${percent(before.held)} before`;
  },
  /** In a short look it may be held by its own limit more than before; then it gets as much as before. */
  isAsBefore: (before, now) =>
    now.share > 0 && (now.held <= before.held + slack || now.share >= before.share * (1 - slack)),
};

const unreadable = 'what the node got could not be read';

const toleranceOf = (cpus: number): number => Math.max(leastTolerance, cpus * tolerated);
const getsMore = (cpus: number, { share }: CpuReading): boolean => share > cpus + toleranceOf(cpus);

/** Others left it less than the fault does: that says nothing of the fault. */
function isStarved({ cpus }: CpuFault, moment: Asked<CpuFault>['moment'], now: CpuReading): boolean {
  if (moment === 'during') return now.share < cpus - toleranceOf(cpus);
  return moment === 'after' && !getsMore(cpus, now);
}

function whyNot(
  { isThatMuch, hadMore }: { readonly isThatMuch: boolean; readonly hadMore: boolean },
  before: CpuReading,
  during: CpuReading,
): string {
  if (during.share < 0) return unreadable;
  if (!isThatMuch) return `with a busy process it got ${percent(during.share)} of a processor`;
  if (!hadMore)
    return `it got no more than ${percent(before.share)} before: others use the processors of this host, or the node has no more of its own`;
  return `it stood still for ${percent(during.held)} of the time for want of what it may use, and for ${percent(before.held)} before: it got less because others got more`;
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}

/** Nodes, each with one busy process for a moment. One after the other: two of them would take each other's processor. */
export class CpuReader implements TargetReader<CpuFault, CpuReading> {
  readonly #victims: readonly Victim[];
  readonly #turns = new Turns();

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  beside(targets: readonly string[]): readonly string[] {
    return nodesBeside(this.#victims, targets);
  }

  async read(node: string, { fault, moment }: Asked<CpuFault>, signal: AbortSignal): Promise<CpuReading> {
    const { access } = victimNamed(this.#victims, node);
    const burst = fault === null ? bursts.beside : moment === 'during' ? bursts.during : bursts.otherwise;
    const look = async (): Promise<CpuReading> =>
      this.#turns.take(['processor'], async () => readCpu(access, burst, signal));
    let now = await look();
    for (let left = tries; left > 0 && fault !== null && isStarved(fault, moment, now); left -= 1)
      now = await look();
    return now;
  }
}
