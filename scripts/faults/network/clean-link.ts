import { assertNever } from '../../../infra/errors.ts';
import type { LinkFault } from '../../../infra/spec/fault.ts';
import { median, medianInterval, uniformHalfWidth, uniformInterval } from '../../statistics.ts';
import { jitterInterval, jitterOf } from './delay-shape.ts';
import { varianceFactor } from '../links/link-bursts.ts';
import type { LinkSample } from '../links/link-probes.ts';
import {
  askedRatio,
  intervalOf,
  ratioBefore,
  ratioKinds,
  ratioOf,
  type RatioFault,
  type RatioKind,
} from './link-ratio.ts';
import type { LinkReading } from './link-reading.ts';
import { isThrough, trafficText } from './port-probes.ts';

/** A ratio below this, told from none, is nobody's fault. */
const nobodys = 0.001;
/** The probes closest to each other are sent as far apart as this. */
const scatterMs = 0.7;
/** Delays, and how they scatter, that differ by no more are alike. */
const sameMs = 2;

/**
 * A link that no fault is on, or none that was not there before: as late, as scattered, as lossy as before, but for
 * noise and for what the probes leave open.
 */
export function isClean(before: LinkSample, now: LinkSample): boolean {
  return whyNotClean(before, now) === '';
}

/** As `isClean`, in what it differs; empty where it does not. */
export function whyNotClean(before: LinkSample, now: LinkSample): string {
  const kind = ratioKinds.find((one) => !scatters(one, before, now) && !bearsAsMuch(one, before, now));
  if (kind !== undefined) {
    const said = (sample: LinkSample): string => `${(100 * ratioOf(kind, sample)).toFixed(2)} %`;
    return `${kind.replace('network.', '')} of ${said(now)}, and ${said(before)} before`;
  }
  return whyNotInTime(before, now);
}

/** As `whyNotClean`, of delays and their spread alone. */
export function whyNotInTime(before: LinkSample, now: LinkSample): string {
  const said = (value: Of<number>, sample: LinkSample): string => `${value(sample.delaysMs).toFixed(1)} ms`;
  if (!isAlike(before, now, median, medianInterval, 0.05))
    return `packets came after ${said(median, now)}, and after ${said(median, before)} before`;
  if (!isAlike(before, now, uniformHalfWidth, uniformInterval, 0.1))
    return `delays scatter by ${said(uniformHalfWidth, now)} each way, and by ${said(uniformHalfWidth, before)} before`;
  return '';
}

/** Whether a link without any fault is later, or scatters by more, than leaves room for what counts as alike (`isAlike`). */
export function isRestless({ delaysMs }: LinkSample): boolean {
  return median(delaysMs) > sameMs / 2 || uniformHalfWidth(delaysMs) > sameMs / 2;
}

function bearsAsMuch(kind: RatioKind, before: LinkSample, now: LinkSample): boolean {
  // What comes in bursts differs more from one time to the next.
  const factor = kind === 'network.loss' ? varianceFactor(before) : 1;
  const [was, is] = [intervalOf(kind, before, factor), intervalOf(kind, now, factor)];
  return (is[0] < nobodys || (was[0] >= nobodys && is[0] <= was[1])) && (was[0] < nobodys || is[1] >= was[0]);
}

/** Packets whose delays scatter overtake each other, more of them the closer they were sent: that says nothing then. */
function scatters(kind: RatioKind, ...samples: readonly LinkSample[]): boolean {
  return kind === 'network.reorder' && samples.some(({ delaysMs }) => uniformHalfWidth(delaysMs) > scatterMs);
}

type Of<T> = (values: readonly number[]) => T;
type Interval = readonly [number, number];

/** Within the larger of `sameMs` and a part of what it was, or no further apart than both are known. */
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
    Math.abs(is - was) <= Math.max(sameMs, was * part) ||
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
    case 'network.jitter': {
      const like = fault.distribution ?? 'uniform';
      return (
        jitterOf(is, like) - jitterOf(was, like) < fault.jitterMs / 2 ||
        jitterInterval(is, like)[0] <= jitterInterval(was, like)[1]
      );
    }
    case 'network.loss':
    case 'network.burst-loss':
    case 'network.duplicate':
    case 'network.reorder':
    case 'network.corrupt':
      return scatters(fault.kind, before.probes, now.probes) || isRatioGone(fault, before.probes, now.probes);
    case 'network.rate':
      return now.flood.bitsPerSecond > fault.rateMbit * 1.1e6;
    case 'network.partition': {
      const ports = fault.only === undefined ? null : now.ports?.get(trafficText(fault.only));
      return ports === null || (ports !== undefined && isThrough(ports));
    }
    default:
      return assertNever(fault);
  }
}

function isRatioGone(fault: RatioFault, before: LinkSample, now: LinkSample): boolean {
  const { kind } = fault;
  const [asked, was] = [askedRatio(fault), ratioBefore(kind, before)];
  return ratioOf(kind, now) - was < asked / 2 || intervalOf(kind, now)[0] <= Math.max(was, asked / 10);
}
