import { z } from 'zod';

/**
 * How delays are spread around the one that is asked, which is their median; `jitterMs` is for each what it is for netem
 * (tc-netem(8); sch_netem.c, tabledist: a table's value times it):
 *
 * - `uniform`: half the width. netem draws so without a table, and has none of this name.
 * - `normal`: the standard deviation. A packet beyond three of them, one of 370, is drawn again, so that none comes before it
 *   was sent; netem's table (iproute2, normal.dist) ends at 3.5 and at −4.
 * - `pareto`: the unit of 4/3 (x − 3/2), where x is of Pareto's distribution from 1 on with the exponent 3, whose mean 3/2 is
 *   (iproute2, netem/pareto.c). No earlier than 2/3 of it, and capped at 4 of it, as the 16 bits of that table are: what
 *   would be later, 1.1 % of all, comes then. Its standard deviation is 0.82 of it.
 */
export const JitterDistribution = z.enum(['uniform', 'normal', 'pareto']);
export type JitterDistribution = z.infer<typeof JitterDistribution>;

/** Where the median of the last one stands: half of all x are above the cube root of two. */
const paretoMedian = (4 / 3) * (Math.cbrt(2) - 1.5);

/**
 * How far packets may be off their median, earlier and later, and how far that is off what a delay of nothing would be, in
 * parts of `jitterMs`.
 */
export const reach = {
  uniform: { earlier: 1, later: 1, median: 0 },
  normal: { earlier: 3, later: 3, median: 0 },
  pareto: { earlier: 2 / 3 + paretoMedian, later: 4 - paretoMedian, median: paretoMedian },
} satisfies Record<
  JitterDistribution,
  { readonly earlier: number; readonly later: number; readonly median: number }
>;

/** Of less the noise of a host changes not the width alone, but the shape. */
export const leastShapedMs = 5;
