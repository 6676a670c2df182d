import { assertNever } from '../../infra/errors.ts';
import type { Fault } from '../../infra/spec/fault.ts';

/** All that holds on one directed link at one moment. */
export interface LinkCondition {
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly lossRatio: number;
  /** null: as fast as the host. */
  readonly rateMbit: number | null;
  readonly cut: boolean;
}

export const clean: LinkCondition = { delayMs: 0, jitterMs: 0, lossRatio: 0, rateMbit: null, cut: false };

/** Delays and jitters add, losses meet independently, the narrowest rate wins, one cut is enough. */
export function merge(faults: readonly Fault[]): LinkCondition {
  return faults.reduce(add, clean);
}

function add(link: LinkCondition, fault: Fault): LinkCondition {
  switch (fault.kind) {
    case 'network.delay':
      return { ...link, delayMs: link.delayMs + fault.delayMs };
    case 'network.jitter':
      return { ...link, jitterMs: link.jitterMs + fault.jitterMs };
    case 'network.loss':
      return { ...link, lossRatio: 1 - (1 - link.lossRatio) * (1 - fault.lossRatio) };
    case 'network.rate':
      return { ...link, rateMbit: Math.min(link.rateMbit ?? Infinity, fault.rateMbit) };
    case 'network.partition':
      return { ...link, cut: true };
    case 'disk.space':
    case 'disk.inodes':
    case 'disk.readonly':
      return link;
    default:
      return assertNever(fault);
  }
}
