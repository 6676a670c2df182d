import { assertNever } from '../../../infra/errors.ts';
import type { Fault } from '../../../infra/spec/fault.ts';
import { ratioInterval } from '../../statistics.ts';
import { meanRun, meanRunInterval, varianceFactor } from '../links/link-bursts.ts';
import type { LinkSample } from '../links/link-probes.ts';

/** Faults that some of all packets bear, and that are known by how many of many probes did. */
export type RatioFault = Extract<
  Fault,
  {
    kind: 'network.loss' | 'network.burst-loss' | 'network.duplicate' | 'network.reorder' | 'network.corrupt';
  }
>;
export type RatioKind = RatioFault['kind'];

interface Count {
  readonly hits: number;
  readonly of: number;
}

/** How many probes bore it, of how many that could. */
const counts = {
  'network.loss': ({ sent, received }) => ({ hits: sent - received, of: sent }),
  'network.burst-loss': ({ sent, received }) => ({ hits: sent - received, of: sent }),
  'network.duplicate': ({ copies, received }) => ({ hits: copies, of: received }),
  'network.reorder': ({ overtaken, received }) => ({ hits: overtaken, of: received }),
  'network.corrupt': ({ corrupted, received, copies }) => ({ hits: corrupted, of: received + copies }),
} satisfies Record<RatioKind, (sample: LinkSample) => Count>;

/** What a sentence says of the probes that bore it. */
export const happened = {
  'network.loss': 'were lost',
  'network.burst-loss': 'were lost',
  'network.duplicate': 'came twice',
  'network.reorder': 'were overtaken',
  'network.corrupt': 'were corrupted',
} satisfies Record<RatioKind, string>;

/** What a link bears or not; bursts are losses. */
export const ratioKinds: readonly RatioKind[] = [
  'network.loss',
  'network.duplicate',
  'network.reorder',
  'network.corrupt',
];

/** Of fewer probes no ratio is told (contracts: Receipts). */
const leastProbes = 5000;

export function isRatioFault(fault: Fault): fault is RatioFault {
  return fault.kind in counts;
}

export function askedRatio(fault: RatioFault): number {
  switch (fault.kind) {
    case 'network.loss':
    case 'network.burst-loss':
      return fault.lossRatio;
    case 'network.duplicate':
      return fault.duplicateRatio;
    case 'network.reorder':
      return fault.reorderRatio;
    case 'network.corrupt':
      return fault.corruptRatio;
    default:
      return assertNever(fault);
  }
}

export function countOf(kind: RatioKind, sample: LinkSample): Count {
  return counts[kind](sample);
}

export function ratioOf(kind: RatioKind, sample: LinkSample): number {
  const { hits, of } = countOf(kind, sample);
  return hits / Math.max(1, of);
}

/**
 * Where the ratio lies, at the confidence of a receipt. `factor`: how many probes say as much as one would if none told of the
 * next (link-bursts.ts).
 */
export function intervalOf(
  kind: RatioKind,
  sample: LinkSample,
  factor = kind === 'network.burst-loss' ? varianceFactor(sample) : 1,
): readonly [number, number] {
  const { hits, of } = countOf(kind, sample);
  return ratioInterval(hits / factor, of / factor);
}

/** Of few probes before, one that bore it says little: their lower end. */
export function ratioBefore(kind: RatioKind, before: LinkSample): number {
  return before.sent >= leastProbes ? ratioOf(kind, before) : intervalOf(kind, before)[0];
}

/** Whether enough probes were sent to say how many of them bear it (contracts: Receipts). */
function isNarrow(fault: RatioFault, sample: LinkSample): boolean {
  const [low, high] = intervalOf(fault.kind, sample);
  return (high - low) / 2 <= Math.max(0.01, askedRatio(fault) / 2);
}

/** How long runs of losses are on average, to within half of that. */
function areRunsKnown(sample: LinkSample): boolean {
  const [low, high] = meanRunInterval(sample);
  return (high - low) / 2 <= meanRun(sample) / 2;
}

/**
 * Whether a ratio is known, and to be one: of enough probes, narrowly enough, and all of its interval above what there was
 * before and above a tenth of what was asked. A link without a fault is taken for one that has it in fewer than one case
 * in a million as long as it does a hundredth of what was asked by itself at most; a real loss of 0.003 is not told from
 * none by 18 000 probes in fewer than one in a million, one of 0.001 in one of a hundred.
 */
export function isKnown(fault: RatioFault, before: LinkSample, during: LinkSample): boolean {
  const { kind } = fault;
  const lowest = Math.max(ratioBefore(kind, before), askedRatio(fault) / 10);
  if (kind === 'network.burst-loss' && !areRunsKnown(during)) return false;
  return during.sent >= leastProbes && isNarrow(fault, during) && intervalOf(kind, during)[0] > lowest;
}

/**
 * Whether enough is known while a fault is in force: of how many packets bear it, or that they are less than a tenth of those
 * that should. What is not there is not looked for any longer: of bursts that takes a minute.
 */
export function isTold(fault: RatioFault, before: LinkSample, during: LinkSample): boolean {
  const isMissing = intervalOf(fault.kind, during)[1] < askedRatio(fault) / 10;
  return (during.sent >= leastProbes && isMissing) || isKnown(fault, before, during);
}

/** Whether enough probes were sent after a heal to tell a ratio that has gone from one that stayed. */
export function isDecided(fault: RatioFault, before: LinkSample, now: LinkSample): boolean {
  const { kind } = fault;
  const isLess = intervalOf(kind, now)[1] < ratioBefore(kind, before) + askedRatio(fault);
  return isLess || isKnown(fault, before, now);
}
