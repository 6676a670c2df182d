import { z } from 'zod';
import { mostBurstProbes, probesForBursts } from './burst-probes.ts';
import { JitterDistribution, leastShapedMs } from './jitter-distribution.ts';
import { onLinks } from './targets.ts';
import { timing, wholeRunOnly } from './timing.ts';

/**
 * What can be confirmed: below a millisecond a delay and a spread are lost in the noise of any host, and below 0.001 a loss
 * is not told from none by as many probes as a run sends (scripts/faults/network/link-ratio.ts). For `links:` of a spec, too.
 */
export const linkValues = {
  delayMs: z.number().min(1).max(10_000),
  jitterMs: z.number().min(1).max(5_000),
  lossRatio: z.number().min(0.001).lt(1),
  rateMbit: z.number().min(0.1).max(10_000),
};

/**
 * What belongs to one protocol, or to one of its ports: packets to that port and from it, so that both directions of a
 * connection with it are meant, each on its own link.
 */
export const Traffic = z
  .strictObject({ protocol: z.enum(['tcp', 'udp', 'icmp']), port: z.int().min(1).max(65_535).optional() })
  .refine(({ protocol, port }) => protocol !== 'icmp' || port === undefined, 'without "port": icmp has none');
export type Traffic = z.infer<typeof Traffic>;

const common = { ...timing, ...onLinks };

/**
 * `burstPackets` is how many packets are lost in a row on average. Milliseconds are one way, and a jitter is ± around the delay, or as much later as it
 * takes for no packet to come before it was sent. Without `distribution` it is uniform, and its width alone is confirmed; a ratio is 0 to 1;
 * rates are 10^6 bit a second. What is reordered comes `byMs` later, behind what was sent after it; what is corrupted has
 * one bit of its payload turned over.
 */
export const networkFaults = [
  z.strictObject({ ...common, kind: z.literal('network.delay'), delayMs: linkValues.delayMs }),
  z
    .strictObject({
      ...common,
      kind: z.literal('network.jitter'),
      jitterMs: linkValues.jitterMs,
      distribution: JitterDistribution.optional(),
    })
    .refine(
      ({ jitterMs, distribution }) => distribution === undefined || jitterMs >= leastShapedMs,
      `"jitterMs" of at least ${leastShapedMs}, or no "distribution": of less its shape could not be told`,
    ),
  z.strictObject({ ...common, kind: z.literal('network.loss'), lossRatio: linkValues.lossRatio }),
  z
    .strictObject({
      ...common,
      // By runs of probes that are lost: packets of the software between them would break these.
      ...wholeRunOnly('bursts hold'),
      kind: z.literal('network.burst-loss'),
      lossRatio: z.number().min(0.01).max(0.5),
      burstPackets: z.number().min(2).max(50),
    })
    .refine(
      ({ lossRatio, burstPackets }) => probesForBursts(lossRatio, burstPackets) <= mostBurstProbes,
      'shorter bursts, or a larger share: so few long ones take more probes than a run sends to be told',
    ),
  z.strictObject({ ...common, kind: z.literal('network.duplicate'), duplicateRatio: linkValues.lossRatio }),
  z.strictObject({
    ...common,
    kind: z.literal('network.reorder'),
    // Of more, too few are left that could overtake.
    reorderRatio: linkValues.lossRatio.max(0.5),
    byMs: z.number().min(5).max(1_000).default(20),
  }),
  z.strictObject({ ...common, kind: z.literal('network.corrupt'), corruptRatio: linkValues.lossRatio }),
  z.strictObject({
    ...common,
    // By a flood, which has no place there.
    ...wholeRunOnly('a rate holds'),
    kind: z.literal('network.rate'),
    rateMbit: linkValues.rateMbit,
  }),
  z.strictObject({ ...common, kind: z.literal('network.partition'), only: Traffic.optional() }),
] as const;
