import type { LinkSample } from './link-probes.ts';
import { normalQuantile } from '../../statistics.ts';

/** Losses that come in bursts: of all packets so many, and so many in a row on average. */
export interface Bursts {
  readonly lossRatio: number;
  readonly burstPackets: number;
}

/**
 * Gilbert's model (E. N. Gilbert, Capacity of a Burst-Noise Channel, 1960; Elliott 1963 with losses outside bursts, too): a
 * link is good or bad, changes between two packets with these chances, and loses all of them while it is bad. It is bad for
 * 1 / leave packets on average, and enter / (enter + leave) of all packets are lost (Hasslinger and Hohlfeld, The
 * Gilbert-Elliott Model for Packet Loss in Real Time Services on the Internet, 2008, section 2).
 */
export function chainOf({ lossRatio, burstPackets }: Bursts): {
  readonly enter: number;
  readonly leave: number;
} {
  const leave = 1 / burstPackets;
  return { enter: (leave * lossRatio) / (1 - lossRatio), leave };
}

/** Packets that were lost in a row, on average; 0 where none was lost between two that came. */
export function meanRun({ lossRuns, lostInRuns }: LinkSample): number {
  return lossRuns === 0 ? 0 : lostInRuns / lossRuns;
}

/** Where that average lies, at the confidence of a receipt: lengths of bursts are geometric, of mean B and variance B (B - 1). */
export function meanRunInterval(sample: LinkSample): readonly [number, number] {
  const mean = meanRun(sample);
  const half = normalQuantile * Math.sqrt(Math.max(0, mean * (mean - 1)) / Math.max(1, sample.lossRuns));
  return [Math.max(0, mean - half), mean + half];
}

/** Of fewer runs nothing is said of how they come. */
const leastRuns = 5;

/**
 * How many times the variance of a ratio is what it would be of losses that come alone: (1 + r) / (1 - r), where r = 1 - enter -
 * leave is how much a packet tells of the next one (the variance of a mean over a chain of two states; Kemeny and Snell,
 * Finite Markov Chains, chapter 4). The chances are those that the runs show.
 */
export function varianceFactor({ lossRuns, lostInRuns, received }: LinkSample): number {
  if (lossRuns < leastRuns) return 1;
  const correlation = 1 - lossRuns / lostInRuns - lossRuns / Math.max(lossRuns, received);
  return Math.max(1, (1 + correlation) / (1 - correlation));
}
