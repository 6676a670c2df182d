/** Half-widths of intervals use this confidence: one wrong receipt in a million (contracts: Receipts). */
export const confidence = 1 - 1e-6;
/** Two-sided normal quantile of that confidence. */
export const normalQuantile = 4.8916;
const z = normalQuantile;

export function quantile(sorted: readonly number[], q: number): number {
  if (sorted.length === 0) return NaN;
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
export const median = (values: readonly number[]): number => quantile(ascending(values), 0.5);

/** Wilson's score interval (Wilson 1927): right for ratios near 0, where the plain normal one is not. */
export function ratioInterval(hits: number, n: number): readonly [number, number] {
  if (n === 0) return [0, 1];
  const p = hits / n;
  const denominator = 1 + z ** 2 / n;
  const centre = (p + z ** 2 / (2 * n)) / denominator;
  const half = (z / denominator) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2));
  // At the ends centre and half are equal but for the last bit of a float.
  return [hits === 0 ? 0 : centre - half, hits === n ? 1 : centre + half];
}

/**
 * Where the median lies, whatever the distribution: the order statistics at both ends of the binomial interval around n/2
 * (David & Nagaraja, Order Statistics, 7.1). All values where they are too few for that.
 */
export function medianInterval(values: readonly number[]): readonly [number, number] {
  const sorted = ascending(values);
  const half = z / 2 / Math.sqrt(Math.max(1, sorted.length));
  return [quantile(sorted, Math.max(0, 0.5 - half)), quantile(sorted, Math.min(1, 0.5 + half))];
}

/**
 * Half the width of a uniform distribution, from its quartiles: a host that is busy for a moment makes a tail, which the
 * 95th percentile shows, not another distribution.
 */
export function uniformHalfWidth(values: readonly number[]): number {
  const sorted = ascending(values);
  return quantile(sorted, 0.75) - quantile(sorted, 0.25);
}

/**
 * Where the half-width of that distribution lies. The distance of two quartiles of n draws from a uniform distribution of
 * width 1 has the variance 1/4n (David & Nagaraja, Order Statistics, 2.5: asymptotic covariance of quantiles).
 */
export function uniformInterval(values: readonly number[]): readonly [number, number] {
  const halfWidth = uniformHalfWidth(values);
  const half = (z * halfWidth) / Math.sqrt(Math.max(1, values.length));
  return [halfWidth - half, halfWidth + half];
}

/** At most `count` values, evenly taken. */
export function thinned(values: readonly number[], count: number): number[] {
  const step = Math.max(1, Math.ceil(values.length / count));
  return values.filter((_, index) => index % step === 0);
}
