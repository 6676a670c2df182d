import type { Fault } from '../../../infra/spec/fault.ts';
import { longestMs } from '../links/link-condition.ts';
import { isRatioFault } from './link-ratio.ts';
import { portProbing } from './port-probes.ts';

/** How many probes a link is read with, how far apart, and how often. */

export const quick = { count: 400, everyUs: 2000 };
/** For bystanders beside a suite, which must not notice: of 200 probes, three that are lost are told from noise. */
export const sparse = { count: 200, everyUs: 4000 };
/** For a spread of delays: many probes, but so few at a time that they do not wait for each other. */
export const calm = { count: 2100, everyUs: 2000 };
/** Enough, but for one link in a million, for a loss of 2 % to have a half-width below 0.01 at this confidence. */
export const thorough = { count: 7000, everyUs: 700 };
/** Where it is not enough: so many probes more, and no more often than that (contracts: "up to a stated cap"). */
export const more = { count: 3000, everyUs: 700, atMost: 4 };
/** Bursts tell less, the longer they are (infra/spec/faults/burst-probes.ts). */
export const forBursts = { count: 5000, everyUs: 700, atMost: 12 };
/** After a heal: that 2 % are gone is known after one round, a loss that stayed after four; a loss of 0.003 takes six. */
export const gone = { count: 1500, everyUs: 700, atMost: 10 };
/** For a host that is busy: probes come late that are not lost. */
export const spareMs = 400;
export const quickFloodMs = 150;
export const floodsAtMost = 3;
/** A link that should be as before, and is late: so often it is looked at again. */
export const looksAtMost = 3;

/** With what a fault of this kind shows best in how late packets come. */
export function timesFor({ kind }: Fault): typeof quick {
  return kind === 'network.jitter' ? calm : quick;
}

/** For how long a fault in a window is probed at least, ms: how long its links must hold still for its receipt. */
export function leastProbingMs(fault: Fault, settleMs = spareMs + longestMs(fault)): number {
  const took = ({ count, everyUs }: typeof quick): number => (count * everyUs) / 1000 + settleMs;
  const isOnPort = fault.kind === 'network.partition' && fault.only !== undefined;
  return (
    took(timesFor(fault)) + (isRatioFault(fault) ? took(thorough) : 0) + (isOnPort ? took(portProbing) : 0)
  );
}
