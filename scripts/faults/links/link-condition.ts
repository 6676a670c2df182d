import { isDeepStrictEqual } from 'node:util';
import { assertNever } from '../../../infra/errors.ts';
import type { Fault, LinkFault } from '../../../infra/spec/fault.ts';
import type { Bursts } from './link-bursts.ts';
import { reach, type JitterDistribution } from '../../../infra/spec/faults/jitter-distribution.ts';
import type { Traffic } from '../../../infra/spec/faults/network.ts';

/** What does not go through: everything, or what is named. */
export type Cut = 'all' | Traffic;

/** All that holds on one directed link at one moment. */
export interface LinkCondition {
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly distribution: JitterDistribution;
  readonly lossRatio: number;
  /** Beside losses that come alone. */
  readonly bursts: Bursts | null;
  readonly duplicateRatio: number;
  readonly reorderRatio: number;
  /** How much later than the rest those come that are reordered. */
  readonly reorderByMs: number;
  readonly corruptRatio: number;
  /** null: as fast as the host. */
  readonly rateMbit: number | null;
  readonly cuts: readonly Cut[];
}

export const clean: LinkCondition = {
  delayMs: 0,
  jitterMs: 0,
  distribution: 'uniform',
  lossRatio: 0,
  bursts: null,
  duplicateRatio: 0,
  reorderRatio: 0,
  reorderByMs: 0,
  corruptRatio: 0,
  rateMbit: null,
  cuts: [],
};

/**
 * How long packets are held that are not off at all, ms, so that half of them are no later than the delay. No jitter makes one
 * come before it was sent: where it reaches further than the delay it is the delay.
 */
export function heldMs({ delayMs, jitterMs, distribution }: LinkCondition): number {
  const { earlier, median } = reach[distribution];
  return Math.max(delayMs, earlier * jitterMs) - median * jitterMs;
}

/** Delays and jitters add, ratios meet independently, what is reordered comes later by the most of all, the narrowest rate and the most bursts win, what is cut once is cut. */
export function merge(faults: readonly LinkFault[]): LinkCondition {
  return faults.reduce(add, clean);
}

function add(link: LinkCondition, fault: LinkFault): LinkCondition {
  switch (fault.kind) {
    case 'network.delay':
      return { ...link, delayMs: link.delayMs + fault.delayMs };
    case 'network.jitter':
      return {
        ...link,
        jitterMs: link.jitterMs + fault.jitterMs,
        distribution: fault.distribution ?? 'uniform',
      };
    case 'network.loss':
      return { ...link, lossRatio: either(link.lossRatio, fault.lossRatio) };
    case 'network.burst-loss': {
      const { lossRatio, burstPackets } = fault;
      const isMore = lossRatio > (link.bursts?.lossRatio ?? 0);
      return isMore ? { ...link, bursts: { lossRatio, burstPackets } } : link;
    }
    case 'network.duplicate':
      return { ...link, duplicateRatio: either(link.duplicateRatio, fault.duplicateRatio) };
    case 'network.reorder':
      return {
        ...link,
        reorderRatio: either(link.reorderRatio, fault.reorderRatio),
        reorderByMs: Math.max(link.reorderByMs, fault.byMs),
      };
    case 'network.corrupt':
      return { ...link, corruptRatio: either(link.corruptRatio, fault.corruptRatio) };
    case 'network.rate':
      return { ...link, rateMbit: Math.min(link.rateMbit ?? Infinity, fault.rateMbit) };
    case 'network.partition':
      return { ...link, cuts: withCut(link.cuts, fault.only ?? 'all') };
    default:
      return assertNever(fault);
  }
}

/** In one order, whichever came first. */
function withCut(cuts: readonly Cut[], one: Cut): readonly Cut[] {
  if (cuts.some((other) => isDeepStrictEqual(other, one))) return cuts;
  const text = (cut: Cut): string => (cut === 'all' ? '' : `${cut.protocol} ${cut.port ?? ''}`);
  return [...cuts, one].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

function either(a: number, b: number): number {
  return 1 - (1 - a) * (1 - b);
}

/** How much later a packet may come for this fault. */
export function longestMs(fault: Fault): number {
  switch (fault.kind) {
    case 'network.delay':
      return fault.delayMs;
    case 'network.jitter': {
      const { earlier, later } = reach[fault.distribution ?? 'uniform'];
      return (earlier + later) * fault.jitterMs;
    }
    case 'network.reorder':
      return fault.byMs;
    default:
      return 0;
  }
}
