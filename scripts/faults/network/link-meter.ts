import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import type { Draw } from '../../../infra/plan/seed.ts';
import {
  floodMsFor,
  measureRates,
  pooled,
  probeLinks,
  type LinkSample,
  type ProbePoint,
} from '../links/link-probes.ts';
import { longestMs } from '../links/link-condition.ts';
import { noRatio, ratiosOf, untilGone, type Ratios } from './ratio-probing.ts';
import { beyondAsked, late, restless, type HeldUp } from './held-up.ts';
import type { LinkReadingsByLink } from './link-reading.ts';
import { forgetNeighbours } from './neighbours.ts';
import { PortMeter } from './port-meter.ts';
import { areProbedAtOnce, bystandersOf, probedLinks, roundsOf, type ProbedLinks } from './probed-links.ts';
import {
  calm,
  floodsAtMost,
  leastProbingMs,
  looksAtMost,
  quick,
  quickFloodMs,
  spareMs,
  sparse,
  timesFor,
} from './probing.ts';

/** Links that are probed alike. */
interface LinkGroup {
  readonly links: readonly string[];
  readonly probing: typeof quick;
}

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
    const beside = bystandersOf(this.#probed, targets);
    const ownMs = leastProbingMs(fault, this.#settleMs) * roundsOf(targets).length;
    return areProbedAtOnce([...targets, ...beside]) ? ownMs : ownMs + this.#probingMs(beside, sparse);
  }

  /** How the links are without faults. All else is held against this: a host still busy with bringing nodes up would spoil it. */
  async baseline(): Promise<LinkReadingsByLink> {
    const { links } = this.#probed;
    const floodMs = this.#rated.size > 0 ? quickFloodMs : null;
    return this.#lookedAtAgain(await this.#read([{ links, probing: quick }], floodMs), quick, restless);
  }

  /** How they are when all faults are gone: read until a ratio that stayed would be seen. A spread shows at once. */
  async healed(
    scheduled: readonly ScheduledFault[],
    before: LinkReadingsByLink,
  ): Promise<LinkReadingsByLink> {
    const ratios = { ...ratiosOf(scheduled, before), ...untilGone };
    const floodMs = this.#rated.size > 0 ? quickFloodMs : null;
    const now = await this.#read([{ links: this.#probed.links, probing: quick }], floodMs, ratios);
    return this.#lookedAtAgain(now, quick, late(before, this.#probed.links));
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
    const now = await this.#read(groups, floodMs, ratiosOf(scheduled, before));
    const faulty = new Set(scheduled.flatMap(({ targets }) => targets));
    const clean = links.filter((link) => !faulty.has(link));
    const othersNow = await this.#lookedAtAgain(now, quick, late(before, clean));
    return this.#askedAgain(othersNow, scheduled, before);
  }

  /** Only these links, as beside a suite: no flood. */
  async some(links: readonly string[]): Promise<LinkReadingsByLink> {
    return this.#read([{ links, probing: quick }], null);
  }

  /**
   * A fault that came while the suites run: its own links as thoroughly as it needs, and those beside it that are `untouched`
   * by any other with a few probes. `msLeft`: of its window. What is not known by then is not measured on: the fault would last
   * for longer than was asked.
   */
  async inWindow(
    scheduled: ScheduledFault,
    before: LinkReadingsByLink,
    msLeft: () => number,
    untouched: (link: string) => boolean,
  ): Promise<LinkReadingsByLink> {
    const { fault, targets: links } = scheduled;
    const ratios = { ...ratiosOf([scheduled], before), msLeft };
    const others = bystandersOf(this.#probed, links).filter(untouched);
    const own = async () => this.#read([{ links, probing: timesFor(fault) }], null, ratios);
    const beside = async () => this.#read([{ links: others, probing: sparse }], null);
    const [near, far] = areProbedAtOnce([...links, ...others])
      ? await Promise.all([own(), beside()])
      : [await own(), await beside()];
    const farAgain = await this.#lookedAtAgain(far, sparse, late(before, others), msLeft);
    return new Map([...farAgain, ...(await this.#askedAgain(near, [scheduled], before, msLeft))]);
  }

  /**
   * These links of a fault right after its heal in a window, as thoroughly as it was read; quickly where there is no time
   * for that before the next one comes. `alone`: those of them that are to be as before.
   */
  async afterWindow(
    scheduled: ScheduledFault,
    { links, alone }: Readonly<Record<'links' | 'alone', readonly string[]>>,
    before: LinkReadingsByLink,
    msLeft: () => number,
  ): Promise<LinkReadingsByLink> {
    const isShort = msLeft() < this.leastMs(scheduled);
    const probing = isShort ? quick : timesFor(scheduled.fault);
    const ratios = isShort
      ? noRatio
      : { ...ratiosOf([{ ...scheduled, targets: links }], before), ...untilGone, msLeft };
    const now = await this.#read([{ links, probing }], null, ratios);
    return this.#lookedAtAgain(now, probing, late(before, alone), msLeft);
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

  /** Faults of a time, on links where more came than was asked of them. */
  async #askedAgain(
    now: LinkReadingsByLink,
    scheduled: readonly ScheduledFault[],
    before: LinkReadingsByLink,
    msLeft = (): number => Infinity,
  ): Promise<LinkReadingsByLink> {
    let readings = now;
    for (const one of scheduled)
      readings = await this.#lookedAtAgain(readings, timesFor(one.fault), beyondAsked(one, before), msLeft);
    return readings;
  }

  /**
   * A moment in which the host is busy holds packets up, and passes; what a fault does stays. Links that are later, or whose delays
   * scatter by more, than they are to are looked at again; of each the last look counts.
   */
  async #lookedAtAgain(
    now: LinkReadingsByLink,
    probing: typeof quick,
    heldUp: HeldUp,
    msLeft = (): number => Infinity,
  ): Promise<LinkReadingsByLink> {
    const readings = new Map(now);
    for (let looks = 0; looks < looksAtMost; looks += 1) {
      const links = heldUp(readings);
      if (links.length === 0 || msLeft() < this.#probingMs(links, probing)) break;
      for (const [link, { delaysMs }] of await this.#probe(links, probing)) {
        const reading = readings.get(link);
        if (reading === undefined) continue;
        const { probes, looks: sofar = 1 } = reading;
        readings.set(link, { ...reading, probes: { ...probes, delaysMs }, looks: sofar + 1 });
      }
    }
    return readings;
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
    const roundMs = this.#probingMs(links, next);
    for (let again = 0; again < next.atMost && msLeft() > roundMs && unknown(); again += 1) {
      samples = pooled(samples, await this.#probe(links, next));
    }
    return samples;
  }

  #probingMs(links: readonly string[], { count, everyUs }: typeof quick): number {
    return ((count * everyUs) / 1000 + this.#settleMs) * roundsOf(links).length;
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
