import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import type { Draw } from '../../../infra/plan/seed.ts';
import type { Fault } from '../../../infra/spec/fault.ts';
import {
  floodMsFor,
  measureRates,
  pooled,
  probeLinks,
  type LinkSample,
  type ProbePoint,
} from '../links/link-probes.ts';
import { longestMs } from '../links/link-condition.ts';
import { isDecided, isRatioFault, isTold, type RatioFault } from './link-ratio.ts';
import type { LinkReading } from './link-reading.ts';
import { forgetNeighbours } from './neighbours.ts';
import { PortMeter } from './port-meter.ts';
import { portProbing } from './port-probes.ts';
import { probedLinks, roundsOf, type ProbedLinks } from './probed-links.ts';

/** Keys are `a->b`. */
export type LinkReadingsByLink = ReadonlyMap<string, LinkReading>;

const quick = { count: 400, everyUs: 2000 };
/** For bystanders beside a suite, which must not notice: of 200 probes, three that are lost are told from noise. */
const sparse = { count: 200, everyUs: 4000 };
/** For a spread of delays: many probes, but so few at a time that they do not wait for each other. */
const calm = { count: 2100, everyUs: 2000 };
/** Enough, but for one link in a million, for a loss of 2 % to have a half-width below 0.01 at this confidence. */
const thorough = { count: 7000, everyUs: 700 };
/** Where it is not enough: so many probes more, and no more often than that (contracts: "up to a stated cap"). */
const more = { count: 3000, everyUs: 700, atMost: 4 };
/** Bursts tell less, the longer they are (infra/spec/faults/burst-probes.ts). */
const forBursts = { count: 5000, everyUs: 700, atMost: 12 };
/** After a heal: that 2 % are gone is known after one round, a loss that stayed after four; a loss of 0.003 takes six. */
const gone = { count: 1500, everyUs: 700, atMost: 10 };
/** For a host that is busy: probes come late that are not lost. */
const spareMs = 400;
const quickFloodMs = 150;
const floodsAtMost = 3;

/** For how long a fault in a window is probed at least, ms: how long its links must hold still for its receipt. */
export function leastProbingMs(fault: Fault, settleMs = spareMs + longestMs(fault)): number {
  const took = ({ count, everyUs }: typeof quick): number => (count * everyUs) / 1000 + settleMs;
  const isOnPort = fault.kind === 'network.partition' && fault.only !== undefined;
  return (
    took(timesFor(fault)) + (isRatioFault(fault) ? took(thorough) : 0) + (isOnPort ? took(portProbing) : 0)
  );
}

/** Links that are probed alike. */
interface LinkGroup {
  readonly links: readonly string[];
  readonly probing: typeof quick;
}

/** Faults of ratios and the links that they are on, how these were before, and when enough is known of one. */
interface Ratios {
  readonly faults: readonly { readonly fault: RatioFault; readonly targets: readonly string[] }[];
  readonly before: LinkReadingsByLink;
  readonly isEnough: (fault: RatioFault, before: LinkSample, now: LinkSample) => boolean;
  /** How many probes at first, and how many more each time that it is not enough. */
  readonly first: typeof quick;
  readonly more: typeof more;
  readonly msLeft: () => number;
}

const noEnd = (): number => Infinity;
const noRatio: Ratios = {
  faults: [],
  before: new Map(),
  isEnough: isTold,
  first: thorough,
  more,
  msLeft: noEnd,
};
/** Whether a ratio is gone shows sooner than how large it is. */
const untilGone = { isEnough: isDecided, first: gone, more: gone };

/** Measures links from inside the victims, as thoroughly as the faults that are measured need it. */
export class LinkMeter {
  readonly #all: readonly ProbePoint[];
  readonly #probed: ProbedLinks;
  #points: readonly ProbePoint[];
  readonly #ports: PortMeter;
  /** Links with a rate to come, and which, bit/s. */
  readonly #rated: ReadonlyMap<string, number>;
  readonly #settleMs: number;
  readonly #signal: AbortSignal;

  /**
   * `scheduled`: all that is to come. Links with a rate among them are flooded before and after, too. `draw`: which links
   * beside them are looked at, where there are many. `lateMs`: how late a probe may come that is not lost.
   */
  constructor(
    points: readonly ProbePoint[],
    scheduled: readonly ScheduledFault[],
    signal: AbortSignal,
    draw: Draw,
    lateMs: number = spareMs,
  ) {
    this.#probed = probedLinks(
      points.map(({ node }) => node),
      scheduled,
      draw,
    );
    this.#all = points;
    this.#points = points;
    this.#signal = signal;
    this.#settleMs = lateMs + scheduled.reduce((sum, { fault }) => sum + longestMs(fault), 0);
    this.#ports = new PortMeter(scheduled, this.#settleMs, signal);
    this.#rated = new Map(
      scheduled.flatMap(({ fault, targets }) =>
        fault.kind === 'network.rate' ? targets.map((link) => [link, fault.rateMbit * 1e6]) : [],
      ),
    );
  }

  /** Of nodes that run no more; one that runs again counts again. */
  leaveOut(ended: ReadonlySet<string>): void {
    this.#points = this.#all.filter(({ node }) => !ended.has(node));
  }

  /** How many links there are, whether they are looked at or not. */
  get linkCount(): number {
    return this.#probed.of;
  }

  /** As `leastProbingMs`, with what all faults together may hold a packet back, for as many rounds as its links take. */
  leastMs({ fault, targets }: ScheduledFault): number {
    return leastProbingMs(fault, this.#settleMs) * roundsOf(targets).length;
  }

  /** How the links are without faults. */
  async baseline(): Promise<LinkReadingsByLink> {
    return this.#read(
      [{ links: this.#probed.links, probing: quick }],
      this.#rated.size > 0 ? quickFloodMs : null,
    );
  }

  /** How they are when all faults are gone: read until a ratio that stayed would be seen. A spread shows at once. */
  async healed(
    scheduled: readonly ScheduledFault[],
    before: LinkReadingsByLink,
  ): Promise<LinkReadingsByLink> {
    const ratios = { ...ratiosOf(scheduled, before), ...untilGone };
    const floodMs = this.#rated.size > 0 ? quickFloodMs : null;
    return this.#read([{ links: this.#probed.links, probing: quick }], floodMs, ratios);
  }

  /**
   * `faults` of the whole run, before the first suite begins: rates are never measured beside a suite. Each link as thoroughly
   * as what is on it needs: what is sent over the others takes the processor from it.
   */
  async wholeRun(
    scheduled: readonly ScheduledFault[],
    before: LinkReadingsByLink,
  ): Promise<LinkReadingsByLink> {
    const isSpread = (link: string): boolean =>
      scheduled.some(({ fault, targets }) => timesFor(fault) === calm && targets.includes(link));
    const floodMs = floodMsFor(scheduled.map(({ fault }) => fault));
    const { links } = this.#probed;
    const groups = [
      { links: links.filter(isSpread), probing: calm },
      { links: links.filter((link) => !isSpread(link)), probing: quick },
    ];
    return this.#read(groups, floodMs, ratiosOf(scheduled, before));
  }

  /** Only these links, as beside a suite: no flood. */
  async some(links: readonly string[]): Promise<LinkReadingsByLink> {
    return this.#read([{ links, probing: quick }], null);
  }

  /**
   * A fault that came while the suites run: its own links as thoroughly as it needs, all others with a few probes.
   * `msLeft`: of its window. What is not known by then is not measured on: the fault would last for longer than was asked.
   */
  async inWindow(
    scheduled: ScheduledFault,
    before: LinkReadingsByLink,
    msLeft: () => number,
  ): Promise<LinkReadingsByLink> {
    const { fault, targets: links } = scheduled;
    const ratios = { ...ratiosOf([scheduled], before), msLeft };
    const [near, all] = await Promise.all([
      this.#read([{ links, probing: timesFor(fault) }], null, ratios),
      this.#read([{ links: this.#probed.links, probing: sparse }], null),
    ]);
    return new Map([...all, ...near]);
  }

  /**
   * These links of a fault right after its heal in a window, as thoroughly as it was read; quickly where there is no time
   * for that before the next one comes.
   */
  async afterWindow(
    scheduled: ScheduledFault,
    links: readonly string[],
    before: LinkReadingsByLink,
    msLeft: () => number,
  ): Promise<LinkReadingsByLink> {
    if (msLeft() < this.leastMs(scheduled)) return this.some(links);
    const ratios = { ...ratiosOf([{ ...scheduled, targets: links }], before), ...untilGone, msLeft };
    return this.#read([{ links, probing: timesFor(scheduled.fault) }], null, ratios);
  }

  /** Times, ratios and rates each by themselves: how to see one of them well spoils the others. */
  async #read(
    groups: readonly LinkGroup[],
    floodMs: number | null,
    ratios: Ratios = noRatio,
  ): Promise<LinkReadingsByLink> {
    const times = new Map<string, LinkSample>();
    for (const { links, probing } of groups)
      for (const [link, sample] of await this.#probe(links, probing)) times.set(link, sample);
    const shares = await this.#shares([...times.keys()], ratios);
    const ports = await this.#ports.read(this.#points, [...times.keys()]);
    const rates = floodMs === null ? new Map<string, LinkSample>() : await this.#rates(floodMs);
    return new Map(
      [...times].map(([link, sample]) => {
        const probes = { ...(shares.get(link) ?? sample), delaysMs: sample.delaysMs };
        const flood = rates.get(link) ?? { ...sample, received: 0, bitsPerSecond: NaN };
        const own = ports.get(link);
        return [link, { probes, flood, ...(own === undefined ? {} : { ports: own }) }];
      }),
    );
  }

  /** A short flood may hardly get to a busy processor: what it did not show to be free is flooded again; the most counts. */
  async #rates(floodMs: number): Promise<ReadonlyMap<string, LinkSample>> {
    const rates = new Map<string, LinkSample>();
    const rateOf = (link: string): number => rates.get(link)?.bitsPerSecond ?? 0;
    for (let round = 0; round < floodsAtMost; round += 1) {
      const enough = (asked: number): number => (floodMs === quickFloodMs ? 2 * asked : 1);
      const unread = [...this.#rated].filter(([link, asked]) => rateOf(link) < enough(asked));
      if (unread.length === 0) break;
      const links = new Set(unread.map(([link]) => link));
      for (const [link, sample] of await measureRates(this.#points, links, floodMs, this.#signal))
        if (sample.bitsPerSecond > rateOf(link)) rates.set(link, sample);
    }
    return rates;
  }

  /**
   * Of those links that a fault of a ratio is on. A ratio is known by an interval: while not enough is known of any, all of
   * them are probed on.
   */
  async #shares(
    read: readonly string[],
    { faults, before, isEnough, first, more: next, msLeft }: Ratios,
  ): Promise<ReadonlyMap<string, LinkSample>> {
    const links = read.filter((link) => faults.some(({ targets }) => targets.includes(link)));
    if (links.length === 0) return new Map();
    let samples = await this.#probe(links, first);
    const unknown = (): boolean =>
      faults.some(({ fault, targets }) =>
        targets.some((link) => {
          const [was, is] = [before.get(link)?.probes, samples.get(link)];
          return was !== undefined && is !== undefined && !isEnough(fault, was, is);
        }),
      );
    const roundMs = ((next.count * next.everyUs) / 1000 + this.#settleMs) * roundsOf(links).length;
    for (let again = 0; again < next.atMost && msLeft() > roundMs && unknown(); again += 1) {
      samples = pooled(samples, await this.#probe(links, next));
    }
    return samples;
  }

  async #probe(links: readonly string[], probing: typeof quick): Promise<ReadonlyMap<string, LinkSample>> {
    const samples = new Map<string, LinkSample>();
    const rounds = roundsOf(links);
    for (const round of rounds) {
      const asked = { ...probing, settleMs: this.#settleMs };
      const heard = await probeLinks(this.#points, new Set(round), asked, this.#signal);
      for (const [link, sample] of heard) samples.set(link, sample);
      if (rounds.length > 1) await forgetNeighbours(this.#points, this.#signal);
    }
    return samples;
  }
}

function ratiosOf(scheduled: readonly ScheduledFault[], before: LinkReadingsByLink): Ratios {
  const faults = scheduled.flatMap(({ fault, targets }) => (isRatioFault(fault) ? [{ fault, targets }] : []));
  const hasBursts = faults.some(({ fault }) => fault.kind === 'network.burst-loss');
  return { ...noRatio, faults, before, ...(hasBursts ? { more: forBursts } : {}) };
}

function timesFor({ kind }: Fault): typeof quick {
  return kind === 'network.jitter' ? calm : quick;
}
