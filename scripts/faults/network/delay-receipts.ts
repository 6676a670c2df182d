import type { Fault, LinkFault } from '../../../infra/spec/fault.ts';
import { ascending, confidence, median, medianInterval, quantile } from '../../statistics.ts';
import { jitterInterval, jitterOf, shapeOf } from './delay-shape.ts';
import {
  mapReadings,
  mapValues,
  round,
  samplesOf,
  verdict,
  type LinkReading,
  type LinkReadings,
} from './link-reading.ts';
import type { Judged } from '../watch/judge.ts';

/** Of fewer probes a jitter is known to no better than a tenth of itself. */
const least = { delay: 200, jitter: 1800 } as const;

/** Tolerance of contracts.md: the larger of 2 ms and 5 %. */
export const delayTolerance = (delayMs: number): number => Math.max(2, delayMs * 0.05);

const jitterTolerance = (jitterMs: number): number => Math.max(2, jitterMs * 0.1);

/**
 * Whether a link is later, or its delays scatter by more, than was asked of it: what a busy moment of the host adds, for as
 * long as that lasts. Of a fault that is about no time, never.
 */
export function isMoreThanAsked(fault: Fault, before: LinkReading, during: LinkReading): boolean {
  const [was, is] = [before.probes.delaysMs, during.probes.delaysMs];
  if (fault.kind === 'network.delay')
    return median(is) - median(was) > fault.delayMs + delayTolerance(fault.delayMs);
  if (fault.kind !== 'network.jitter') return false;
  const [low] = jitterInterval(is, fault.distribution ?? 'uniform');
  return low > fault.jitterMs + jitterTolerance(fault.jitterMs);
}

/**
 * A fault smaller than its tolerance agrees with nothing as well as with itself; so at least half of what was asked must
 * have come, and the intervals of both medians must lie apart. By chance alone that holds for fewer than one in a million
 * links without a fault. A busy host is no chance: it must add half of what was asked to one median and not to the other,
 * which about 1 ms of noise can do to delays below 2 ms, in both directions.
 */
export function delayOf(requested: number, readings: LinkReadings): Judged {
  const values = mapReadings(readings, ({ probes }) => median(probes.delaysMs));
  const n = readings.during.probes.delaysMs.length;
  const added = values.during - values.before;
  const tolerance = delayTolerance(requested);
  return {
    requested,
    measured: {
      before: round(values.before),
      during: round(added),
      after: round(values.after - median(readings.baseline.probes.delaysMs)),
    },
    unit: 'ms',
    n,
    tolerance,
    p95: round(quantile(ascending(readings.during.probes.delaysMs), 0.95) - values.before),
    ...verdict(
      n >= least.delay &&
        Math.abs(added - requested) <= tolerance &&
        added >= requested / 2 &&
        medianInterval(readings.during.probes.delaysMs)[0] >
          medianInterval(readings.before.probes.delaysMs)[1],
      `${round(added)} ms were added (${n} probes)`,
    ),
    ...looksOf(readings),
    samples: samplesOf(readings, ({ probes }) => probes.delaysMs),
  };
}

/**
 * As with a delay: the spread must be told apart from that before, and be half of what was asked at least. Where a distribution
 * is named, delays must be spread like it, too, and like no other one more.
 */
export function jitterReceipt(
  fault: Extract<LinkFault, { kind: 'network.jitter' }>,
  readings: LinkReadings,
): Judged {
  const { jitterMs: requested, distribution } = fault;
  const like = distribution ?? 'uniform';
  const { delaysMs } = readings.during.probes;
  const values = mapReadings(readings, ({ probes }) => jitterOf(probes.delaysMs, like));
  const n = delaysMs.length;
  const tolerance = jitterTolerance(requested);
  const [low, high] = jitterInterval(delaysMs, like);
  const agrees = low <= requested + tolerance && high >= requested - tolerance;
  const shape = distribution === undefined ? null : shapeOf(delaysMs, distribution);
  const sorted = ascending(delaysMs);
  const [p05, p50, p95] = [0.05, 0.5, 0.95].map((q) => round(quantile(sorted, q)));
  const nearest =
    shape === null
      ? ''
      : `, most like ${shape.nearest} delays, and ${round(shape.distance)} from ${like} ones`;
  return {
    requested,
    measured: mapValues(values, (value) => round(value)),
    unit: 'ms',
    n,
    tolerance,
    interval: [round(low), round(high)],
    confidence,
    p95: p95 ?? -1,
    ...verdict(
      n >= least.jitter &&
        agrees &&
        values.during >= requested / 2 &&
        low > jitterInterval(readings.before.probes.delaysMs, like)[1] &&
        shape?.ok !== false,
      `delays spread ± ${round(values.during)} ms (${n} probes)${nearest}`,
    ),
    ...(shape === null
      ? {}
      : {
          shape: {
            ...{ requested: like, nearest: shape.nearest },
            ...{ distance: round(shape.distance), tolerance: round(shape.tolerance) },
            quantilesMs: [p05 ?? -1, p50 ?? -1, p95 ?? -1] satisfies [number, number, number],
          },
        }),
    ...looksOf(readings),
    samples: samplesOf(readings, ({ probes }) => probes.delaysMs),
  };
}

function looksOf({ during: { looks } }: LinkReadings): Pick<Judged, 'looks'> {
  return looks === undefined ? {} : { looks };
}
