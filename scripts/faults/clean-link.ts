import { assertNever } from '../../infra/errors.ts';
import { median, medianInterval, ratioInterval, uniformHalfWidth, uniformInterval } from '../statistics.ts';
import type { LinkSample } from './link-probes.ts';
import { isKnown, least, lossBefore, type LinkFault, type LinkReading } from './link-receipts.ts';

/** A loss below this, told from none, is nobody's fault. */
const nobodysLoss = 0.001;

/**
 * A link that no fault is on, or none that was not there before: as late, as scattered and as lossy as before, but for
 * noise and for what the probes leave open.
 */
export function isClean(before: LinkSample, now: LinkSample): boolean {
  const [was, is] = [lossInterval(before), lossInterval(now)];
  const lostAsMuch = is[0] < nobodysLoss || (was[0] >= nobodysLoss && is[0] <= was[1]);
  return (
    lostAsMuch &&
    (was[0] < nobodysLoss || is[1] >= was[0]) &&
    isAlike(before, now, median, medianInterval, 0.05) &&
    isAlike(before, now, uniformHalfWidth, uniformInterval, 0.1)
  );
}

type Of<T> = (values: readonly number[]) => T;
type Interval = readonly [number, number];

/** Within the larger of 2 ms and a part of what it was, or no further apart than both are known. */
function isAlike(
  before: LinkSample,
  now: LinkSample,
  value: Of<number>,
  interval: Of<Interval>,
  part: number,
) {
  const [was, is] = [value(before.delaysMs), value(now.delaysMs)];
  const [wasIn, isIn] = [interval(before.delaysMs), interval(now.delaysMs)];
  return (
    Math.abs(is - was) <= Math.max(2, was * part) ||
    (before.delaysMs.length > 0 && isIn[0] <= wasIn[1] && wasIn[0] <= isIn[1])
  );
}

/**
 * Whether what a fault did to a link is gone again. It is there as long as it would be taken for having come: half of what
 * was asked, told apart from what was before (link-receipts.ts). Where other faults scatter what is read, so that neither
 * can be told, it counts as gone: what is read when all of them are gone has the last word.
 */
export function isGone(fault: LinkFault, before: LinkReading, now: LinkReading): boolean {
  if (now.probes.received === 0) return false;
  const [was, is] = [before.probes.delaysMs, now.probes.delaysMs];
  switch (fault.kind) {
    case 'network.delay':
      return median(is) - median(was) < fault.delayMs / 2 || medianInterval(is)[0] <= medianInterval(was)[1];
    case 'network.jitter':
      return (
        uniformHalfWidth(is) - uniformHalfWidth(was) < fault.jitterMs / 2 ||
        uniformInterval(is)[0] <= uniformInterval(was)[1]
      );
    case 'network.loss':
      return (
        lost(now.probes) - lossBefore(before.probes) < fault.lossRatio / 2 ||
        lossInterval(now.probes)[0] <= Math.max(lossBefore(before.probes), fault.lossRatio / 10)
      );
    case 'network.rate':
      return now.flood.bitsPerSecond > fault.rateMbit * 1.1e6;
    case 'network.partition':
      return true;
    default:
      return assertNever(fault);
  }
}

/** Whether enough probes were sent after a heal to tell a loss that has gone from one that stayed. */
export function isDecided(before: LinkSample, now: LinkSample, lossRatio: number): boolean {
  const isLess = lossInterval(now)[1] < lossBefore(before) + lossRatio;
  return now.sent >= least.loss && (isLess || isKnown(before, now, lossRatio));
}

function lost({ sent, received }: LinkSample): number {
  return 1 - received / Math.max(1, sent);
}

function lossInterval({ sent, received }: LinkSample): Interval {
  return ratioInterval(sent - received, sent);
}
