import type { Fault } from '../../infra/spec/fault.ts';
import { measureRates, probeLinks, type LinkSample, type ProbePoint } from './link-probes.ts';
import type { LinkFault, LinkReading } from './link-receipts.ts';

/** Keys are `a->b`. */
export type LinkReadingsByLink = ReadonlyMap<string, LinkReading>;

const quick = { count: 400, everyUs: 2000 };
/** Enough for a loss of 2 % drawn as high as 2.8 % to have a half-width below 0.01 at this confidence. */
const thorough = { count: 7000, everyUs: 700 };
/** For a host that is busy: probes come late that are not lost. */
const spareMs = 400;
const floodMs = { quick: 150, thorough: 1000 };

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
    return this.#read(this.#points, quick, this.#rated ? floodMs.quick : null);
  }

  /** `faults` of the whole run, before the first suite begins: rates are never measured beside a suite. */
  async wholeRun(faults: readonly Fault[]): Promise<LinkReadingsByLink> {
    const rated = faults.some(({ kind }) => kind === 'network.rate');
    return this.#read(this.#points, probesFor(faults), rated ? floodMs.thorough : null);
  }

  /** A fault that came while the suites run, on its own links alone. */
  async inWindow(fault: LinkFault, links: readonly string[]): Promise<LinkReadingsByLink> {
    const ends = new Set(links.flatMap((link) => link.split('->')));
    const points = this.#points.filter(({ node }) => ends.has(node));
    const all = await this.#read(points, probesFor([fault]), null);
    return new Map([...all].filter(([link]) => links.includes(link)));
  }

  async #read(
    points: readonly ProbePoint[],
    { count, everyUs }: typeof quick,
    flood: number | null,
  ): Promise<LinkReadingsByLink> {
    const probes = await probeLinks(points, { count, everyUs, settleMs: this.#settleMs });
    const floods = flood === null ? new Map<string, LinkSample>() : await measureRates(points, flood);
    return new Map(
      [...probes].map(([link, sample]) => [
        link,
        { probes: sample, flood: floods.get(link) ?? { ...sample, received: 0, bitsPerSecond: NaN } },
      ]),
    );
  }
}

function probesFor(faults: readonly Fault[]): typeof quick {
  return faults.some(({ kind }) => kind === 'network.loss') ? thorough : quick;
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
