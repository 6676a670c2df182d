import type { Fault } from '../../infra/spec/fault.ts';
import {
  floodPacketBits,
  measureRates,
  pooled,
  probeLinks,
  type LinkSample,
  type ProbePoint,
} from './link-probes.ts';
import { isNarrow, type LinkFault, type LinkReading } from './link-receipts.ts';

/** Keys are `a->b`. */
export type LinkReadingsByLink = ReadonlyMap<string, LinkReading>;

const quick = { count: 400, everyUs: 2000 };
/** For bystanders beside a suite, which must not notice: of 200 probes, three that are lost are told from noise. */
const sparse = { count: 200, everyUs: 4000 };
/** For a spread of delays: many probes, but so few at a time that they do not wait for each other. */
const calm = { count: 2100, everyUs: 2000 };
/** Enough, nearly always, for a loss of 2 % to have a half-width below 0.01 at this confidence. */
const thorough = { count: 6000, everyUs: 700 };
/** Where it is not enough: so many probes more, and no more often than that (contracts: "up to a stated cap"). */
const more = { count: 3000, everyUs: 700, atMost: 4 };
/** For a host that is busy: probes come late that are not lost. */
const spareMs = 400;
const quickFloodMs = 150;
/** A slow link is flooded for longer: of fewer packets than this in one flood, each would count for too much. */
const thoroughFlood = { leastMs: 600, leastPackets: 120 };

/** Measures links from inside the victims, as thoroughly as the faults that are measured need it. */
export class LinkMeter {
  readonly #points: readonly ProbePoint[];
  readonly #rated: boolean;
  readonly #settleMs: number;

  /** `faults`: all that are to come. Only where a rate is among them are the links flooded before and after, too. */
  constructor(points: readonly ProbePoint[], faults: readonly Fault[]) {
    this.#points = points;
    this.#settleMs = spareMs + faults.reduce((sum, fault) => sum + longestMs(fault), 0);
    this.#rated = faults.some(({ kind }) => kind === 'network.rate');
  }

  /** How the links are without faults. */
  async baseline(): Promise<LinkReadingsByLink> {
    return this.#read(this.#points, quick, this.#rated ? quickFloodMs : null);
  }

  /** `faults` of the whole run, before the first suite begins: rates are never measured beside a suite. */
  async wholeRun(faults: readonly Fault[]): Promise<LinkReadingsByLink> {
    return this.#read(this.#points, timesFor(faults), floodMsFor(faults), lossesOf(faults));
  }

  /** A fault that came while the suites run: its own links as thoroughly as it needs, all others with a few probes. */
  async inWindow(fault: LinkFault, links: readonly string[]): Promise<LinkReadingsByLink> {
    const ends = new Set(links.flatMap((link) => link.split('->')));
    const points = this.#points.filter(({ node }) => ends.has(node));
    const [near, all] = await Promise.all([
      this.#read(points, timesFor([fault]), null, lossesOf([fault])),
      this.#read(this.#points, sparse, null),
    ]);
    return new Map([...all, ...[...near].filter(([link]) => links.includes(link))]);
  }

  /** Times, losses and rates each by themselves: how to see one of them well spoils the others. */
  async #read(
    points: readonly ProbePoint[],
    probing: typeof quick,
    floodMs: number | null,
    lossRatios: readonly number[] = [],
  ): Promise<LinkReadingsByLink> {
    const times = await probeLinks(points, { ...probing, settleMs: this.#settleMs });
    const losses = lossRatios.length === 0 ? times : await this.#losses(points, lossRatios);
    const rates = floodMs === null ? new Map<string, LinkSample>() : await measureRates(points, floodMs);
    return new Map(
      [...times].map(([link, sample]) => {
        const { sent, received } = losses.get(link) ?? sample;
        const probes = { ...sample, sent, received };
        return [link, { probes, flood: rates.get(link) ?? { ...sample, received: 0, bitsPerSecond: NaN } }];
      }),
    );
  }

  /** A ratio is known by an interval: while that of any link is too wide, all of them are probed on. */
  async #losses(
    points: readonly ProbePoint[],
    lossRatios: readonly number[],
  ): Promise<ReadonlyMap<string, LinkSample>> {
    const settleMs = this.#settleMs;
    let samples = await probeLinks(points, { ...thorough, settleMs });
    const tooWide = (): boolean =>
      [...samples.values()].some((sample) => lossRatios.some((ratio) => !isNarrow(sample, ratio)));
    for (let again = 0; again < more.atMost && tooWide(); again += 1) {
      samples = pooled(samples, await probeLinks(points, { ...more, settleMs }));
    }
    return samples;
  }
}

function floodMsFor(faults: readonly Fault[]): number | null {
  const rates = faults.flatMap((fault) => (fault.kind === 'network.rate' ? [fault.rateMbit * 1e6] : []));
  if (rates.length === 0) return null;
  const { leastMs, leastPackets } = thoroughFlood;
  const packetsMs = (leastPackets * floodPacketBits * 1000) / Math.min(...rates);
  return Math.round(Math.max(leastMs, packetsMs));
}

function lossesOf(faults: readonly Fault[]): readonly number[] {
  return faults.flatMap((fault) => (fault.kind === 'network.loss' ? [fault.lossRatio] : []));
}

function timesFor(faults: readonly Fault[]): typeof quick {
  return faults.some(({ kind }) => kind === 'network.jitter') ? calm : quick;
}

/** How much later a packet may come for this fault. */
function longestMs(fault: Fault): number {
  switch (fault.kind) {
    case 'network.delay':
      return fault.delayMs;
    case 'network.jitter':
      return fault.jitterMs;
    default:
      return 0;
  }
}
