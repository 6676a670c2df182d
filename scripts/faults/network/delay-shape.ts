import { JitterDistribution, reach } from '../../../infra/spec/faults/jitter-distribution.ts';
import { ascending, confidence, normalQuantile, quantile } from '../../statistics.ts';

/** The share of packets that are off by no more than `x` jitters, where all that there is of a distribution is drawn. */
type Cdf = (x: number) => number;

/** By what images/toolbox/linkjitter.h and netem's tables say of them (infra/spec/faults/jitter-distribution.ts). */
const beyondThree = normalCdf(-3);
const cdfs = {
  uniform: (x) => (x + 1) / 2,
  normal: (x) => (normalCdf(x) - beyondThree) / (1 - 2 * beyondThree),
  pareto: (x) => 1 - (0.75 * x + 1.5) ** -3,
} satisfies Record<JitterDistribution, Cdf>;

/** Its end: what is capped stands there at once. */
function cdfOf(distribution: JitterDistribution): Cdf {
  const [first, last] = endsOf(distribution);
  return (x) => (x <= first ? 0 : x >= last ? 1 : cdfs[distribution](x));
}

function endsOf(distribution: JitterDistribution): readonly [number, number] {
  const { earlier, later, median } = reach[distribution];
  return [median - earlier, median + later];
}

/** Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17: right to 7.5 · 10⁻⁸. */
function normalCdf(x: number): number {
  if (x < 0) return 1 - normalCdf(-x);
  const t = 1 / (1 + 0.2316419 * x);
  const tail =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * tail;
}

interface Unit {
  readonly cdf: Cdf;
  readonly median: number;
  /** Between its quartiles. */
  readonly width: number;
  /** Of that of n draws: standard error in parts of itself, times √n. */
  readonly error: number;
}

/**
 * Of one jitter. Two quartiles of n draws vary by p (1 − p) / f² / n, and together by p (1 − q) / f g / n, where f and g are the
 * densities there (David and Nagaraja, Order Statistics, 10.3: asymptotic covariance of quantiles).
 */
function unitOf(distribution: JitterDistribution): Unit {
  const cdf = cdfOf(distribution);
  const at = (p: number): number => inverse(cdf, p, endsOf(distribution));
  const [low, high] = [at(0.25), at(0.75)];
  const step = 1e-4;
  const density = (x: number): number => (cdf(x + step) - cdf(x - step)) / (2 * step);
  const [f, g] = [density(low), density(high)];
  const variance = (3 / 16) * (1 / f ** 2 + 1 / g ** 2) - 1 / (8 * f * g);
  return { cdf, median: at(0.5), width: high - low, error: Math.sqrt(variance) / (high - low) };
}

function inverse(cdf: Cdf, p: number, [low, high]: readonly [number, number]): number {
  const middle = (low + high) / 2;
  if (high - low < 1e-9) return middle;
  return inverse(cdf, p, cdf(middle) < p ? [middle, high] : [low, middle]);
}

const units = {
  uniform: unitOf('uniform'),
  normal: unitOf('normal'),
  pareto: unitOf('pareto'),
} satisfies Record<JitterDistribution, Unit>;

/** The jitter of that distribution, by its quartiles: a host that is busy for a moment makes a tail and moves these little. */
export function jitterOf(values: readonly number[], distribution: JitterDistribution): number {
  const sorted = ascending(values);
  return (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / units[distribution].width;
}

/** Where it lies, at the confidence of a receipt. */
export function jitterInterval(
  values: readonly number[],
  distribution: JitterDistribution,
): readonly [number, number] {
  const jitter = jitterOf(values, distribution);
  const half = (normalQuantile * units[distribution].error * jitter) / Math.sqrt(Math.max(1, values.length));
  return [jitter - half, jitter + half];
}

/**
 * How far the shares of n draws may be off from those of what they are drawn from, anywhere, at the confidence of a receipt
 * (Dvoretzky, Kiefer and Wolfowitz 1956, with the constant of Massart 1990).
 */
export function distanceBound(n: number): number {
  return Math.sqrt(Math.log(2 / (1 - confidence)) / (2 * Math.max(1, n)));
}

/** So many of all quantiles are looked at. */
const places = 200;
/** Where the search for the best fit ends, in parts of the jitter. */
const finest = 0.004;

/**
 * The distance of Kolmogorov and Smirnov between what was read and the distribution, wherever it may stand and however wide
 * it may be: median and jitter are those that fit best, found by steps that are halved (Hooke and Jeeves 1961). What was
 * really drawn fits no better than the best, so that this is below `distanceBound` but for one link in a million.
 */
function distanceFrom(values: readonly number[], distribution: JitterDistribution): number {
  if (values.length === 0) return NaN;
  const unit = units[distribution];
  const sorted = ascending(values);
  const count = Math.min(places, sorted.length);
  const shares = Array.from({ length: count }, (_, index) => (index + 0.5) / count);
  const points = shares.map((share) => ({ share, value: quantile(sorted, share) }));
  const off = ({ at, jitter }: Fit): number =>
    Math.max(...points.map(({ share, value }) => Math.abs(unit.cdf((value - at) / jitter) - share)));
  const jitter = Math.max(Number.MIN_VALUE, jitterOf(values, distribution));
  let fit: Fit = { at: quantile(sorted, 0.5) - unit.median * jitter, jitter };
  let least = off(fit);
  for (let step = 0.2; step > finest;) {
    const next = around(fit, step)
      .map((one) => ({ fit: one, off: off(one) }))
      .reduce((best, one) => (one.off < best.off ? one : best), { fit, off: least });
    if (next.off < least) ({ fit, off: least } = next);
    else step /= 2;
  }
  return least;
}

interface Fit {
  /** Where a packet stands that is not off at all. */
  readonly at: number;
  readonly jitter: number;
}

function around({ at, jitter }: Fit, step: number): readonly Fit[] {
  return [
    ...[-1, 1].map((way) => ({ at: at + way * step * jitter, jitter })),
    ...[-1, 1].map((way) => ({ at, jitter: jitter * (1 + way * step) })),
  ];
}

/** What was read, as a distribution: that which fits best, and whether what was asked does, and fits at all. */
export function shapeOf(
  values: readonly number[],
  asked: JitterDistribution,
): {
  readonly nearest: JitterDistribution;
  readonly distance: number;
  readonly tolerance: number;
  readonly ok: boolean;
} {
  const distances = JitterDistribution.options.map((one) => ({ one, distance: distanceFrom(values, one) }));
  const own = distances.find(({ one }) => one === asked)?.distance ?? NaN;
  const { one: nearest } = distances.reduce((best, next) => (next.distance < best.distance ? next : best));
  const tolerance = distanceBound(values.length);
  return { nearest, distance: own, tolerance, ok: own <= tolerance && nearest === asked };
}
