import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import type { LinkSample } from '../links/link-probes.ts';
import { isDecided, isRatioFault, isTold, type RatioFault } from './link-ratio.ts';
import type { LinkReadingsByLink } from './link-reading.ts';
import { forBursts, gone, more, thorough, type quick } from './probing.ts';

/** Faults of ratios and the links that they are on, how these were before, and when enough is known of one. */
export interface Ratios {
  readonly faults: readonly { readonly fault: RatioFault; readonly targets: readonly string[] }[];
  readonly before: LinkReadingsByLink;
  readonly isEnough: (fault: RatioFault, before: LinkSample, now: LinkSample) => boolean;
  /** How many probes at first, and how many more each time that it is not enough. */
  readonly first: typeof quick;
  readonly more: typeof more;
  readonly msLeft: () => number;
}

const noEnd = (): number => Infinity;
export const noRatio: Ratios = {
  faults: [],
  before: new Map(),
  isEnough: isTold,
  first: thorough,
  more,
  msLeft: noEnd,
};
/** Whether a ratio is gone shows sooner than how large it is. */
export const untilGone = { isEnough: isDecided, first: gone, more: gone };

/** Pure: of these faults, those of ratios. */
export function ratiosOf(scheduled: readonly ScheduledFault[], before: LinkReadingsByLink): Ratios {
  const faults = scheduled.flatMap(({ fault, targets }) => (isRatioFault(fault) ? [{ fault, targets }] : []));
  const hasBursts = faults.some(({ fault }) => fault.kind === 'network.burst-loss');
  return { ...noRatio, faults, before, ...(hasBursts ? { more: forBursts } : {}) };
}
