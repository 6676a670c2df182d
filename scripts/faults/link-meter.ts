import { measureRates, probeLinks, type LinkSample, type ProbePoint } from './link-probes.ts';
import type { LinkFault, LinkReading } from './link-receipts.ts';

/** Keys are `a->b`. */
export type LinkReadingsByLink = ReadonlyMap<string, LinkReading>;

const quick = { count: 400, everyUs: 2000 };
/** Enough for a loss of 2 % drawn as high as 2.8 % to have a half-width below 0.01 at this confidence. */
const thorough = { count: 7000, everyUs: 1000 };
const floodMs = { quick: 150, thorough: 1000 };

/** Measures links from inside the victims. One measurement at a time: two would see each other's load. */
export class LinkMeter {
  readonly #points: readonly ProbePoint[];
  readonly #rated: boolean;
  #last: Promise<unknown> = Promise.resolve();

  /** `rated`: rates are measured too, which costs a flood of every link. */
  constructor(points: readonly ProbePoint[], rated: boolean) {
    this.#points = points;
    this.#rated = rated;
  }

  /** How the links are without faults. */
  async baseline(): Promise<LinkReadingsByLink> {
    return this.#inTurn(async () => this.#read(this.#points, quick, this.#rated ? floodMs.quick : null));
  }

  /** Faults of the whole run, before the first suite begins: rates are never measured beside a suite. */
  async wholeRun(): Promise<LinkReadingsByLink> {
    return this.#inTurn(async () =>
      this.#read(this.#points, thorough, this.#rated ? floodMs.thorough : null),
    );
  }

  /** A fault that came while the suites run, on its own links alone. */
  async inWindow(fault: LinkFault, links: readonly string[]): Promise<LinkReadingsByLink> {
    const ends = new Set(links.flatMap((link) => link.split('->')));
    const points = this.#points.filter(({ node }) => ends.has(node));
    const probes = fault.kind === 'network.loss' ? thorough : quick;
    const all = await this.#inTurn(async () => this.#read(points, probes, null));
    return new Map([...all].filter(([link]) => links.includes(link)));
  }

  async #read(
    points: readonly ProbePoint[],
    { count, everyUs }: typeof quick,
    flood: number | null,
  ): Promise<LinkReadingsByLink> {
    const probes = await probeLinks(points, count, everyUs);
    const floods = flood === null ? new Map<string, LinkSample>() : await measureRates(points, flood);
    return new Map(
      [...probes].map(([link, sample]) => [
        link,
        { probes: sample, flood: floods.get(link) ?? { ...sample, received: 0, bitsPerSecond: NaN } },
      ]),
    );
  }

  async #inTurn<T>(measure: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(measure);
    this.#last = turn.catch(() => undefined);
    return await turn;
  }
}
