import { reach } from '../../infra/spec/faults/jitter-distribution.ts';
import type { Receipt } from '../verdict/receipt.ts';
import { median } from '../statistics.ts';

/** What the samples of a receipt should have read while the fault was in force. */
export interface Expected {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * A receipt's samples are what single probes read, its value may be worked out from them: delay is what was added to the
 * reading before, jitter the spread around the middle.
 */
export function expectedSamples({ kind, requested, tolerance, measured, samples, shape }: Receipt): Expected {
  switch (kind) {
    case 'network.delay': {
      const value = Math.max(0, measured.before) + requested;
      return { value, low: value - tolerance, high: value + tolerance };
    }
    case 'network.jitter': {
      const value = median(samples.during);
      const { earlier, later } = reach[shape?.requested ?? 'uniform'];
      return { value, low: value - earlier * requested, high: value + later * requested };
    }
    default:
      return { value: requested, low: requested - tolerance, high: requested + tolerance };
  }
}

/** From a value to a part of a plot's height, 0 at the bottom. */
export type Scale = (value: number) => number;

/** Rates lie decades apart: what a link does without a fault would flatten everything else. */
export function scaleFor(unit: Receipt['unit'], values: readonly number[]): Scale {
  const real = values.filter((value) => Number.isFinite(value) && value >= 0);
  const top = Math.max(...real, Number.MIN_VALUE);
  if (unit !== 'bit/s') return (value) => clamped(value / (top * 1.05));
  const positive = real.filter((value) => value > 0);
  const low = Math.log10(Math.min(...positive, top) / 2);
  const high = Math.log10(top * 2);
  return (value) => clamped((Math.log10(Math.max(value, 1)) - low) / (high - low));
}

/** What was asked in the middle of the height: how far values are off is what shows. */
export function scaleAround({ value, low, high }: Expected, values: readonly number[]): Scale {
  const real = values.filter((one) => Number.isFinite(one));
  const off = Math.max(
    ...real.map((one) => Math.abs(one - value)),
    1.6 * Math.max(high - value, value - low),
  );
  return (one) => clamped(0.5 + (one - value) / (2 * Math.max(off, Number.MIN_VALUE)));
}

function clamped(part: number): number {
  return Math.max(0, Math.min(1, Number.isFinite(part) ? part : 0));
}
