import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { isLinkFault } from '../../../infra/spec/fault.ts';
import type { InForce } from '../watch/in-force.ts';
import { LinkMeter } from './link-meter.ts';
import type { LinkReadingsByLink } from './link-reading.ts';
import type { ProbePoint } from '../links/link-probes.ts';
import type { Draw } from '../../../infra/plan/seed.ts';
import { nodesOf } from '../../../infra/plan/target.ts';
import { isClean } from './clean-link.ts';
import type { FaultWatch } from '../watch/fault-watch.ts';
import type { Judge } from '../watch/judge.ts';
import type { LinkReading } from './link-reading.ts';
import { isCut } from './port-probes.ts';
import { linkJudge, type LinkMeasurement, type LinkMeasurements } from './link-judge.ts';

/** How long a reading of a few links takes beside a suite. */
const readingMs = 2_000;

/** What was read of the links just before a fault in a window, and which faults were on each of them then. */
interface Before {
  readonly readings: LinkReadingsByLink;
  readonly beside: ReadonlyMap<string, readonly ScheduledFault[]>;
}

/** What links read around each fault. */
export class LinkWatch implements FaultWatch {
  readonly #faults: readonly ScheduledFault[];
  readonly #inForce: InForce;
  readonly #meter: LinkMeter;
  readonly #before = new Map<string, Before>();
  readonly #measured = new Map<string, LinkMeasurement>();
  #baseline: LinkReadingsByLink = new Map();
  #after: LinkReadingsByLink = new Map();
  #wholeRun: LinkReadingsByLink = new Map();

  constructor(
    points: readonly ProbePoint[],
    faults: readonly ScheduledFault[],
    inForce: InForce,
    signal: AbortSignal,
    draw: Draw,
    lateMs?: number,
  ) {
    this.#faults = faults.filter(({ fault }) => isLinkFault(fault));
    this.#inForce = inForce;
    this.#meter = new LinkMeter(points, faults, signal, draw, lateMs);
  }

  has(scheduled: ScheduledFault): boolean {
    return this.#faults.includes(scheduled);
  }

  touches({ targets }: ScheduledFault): readonly string[] {
    return targets;
  }

  /** No probe begins or ends there. */
  leaveOut(ended: ReadonlySet<string>): void {
    this.#meter.leaveOut(ended);
  }

  leastMs(fault: ScheduledFault): number {
    return this.#meter.leastMs(fault);
  }

  /** How they are without any fault. */
  async begin(): Promise<void> {
    if (this.#faults.length > 0) this.#baseline = await this.#meter.baseline();
    this.#wholeRun = this.#baseline;
  }

  /** Faults of the whole run that have come at once, each the only one of its kind on its links. */
  async layer(faults: readonly ScheduledFault[]): Promise<void> {
    const onLinks = faults.filter((one) => this.#faults.includes(one));
    if (onLinks.length === 0) return;
    const before = this.#wholeRun;
    const { result: during, touched } = await this.#inForce.watching(async () =>
      this.#meter.wholeRun(onLinks, before),
    );
    this.#wholeRun = during;
    for (const { id } of onLinks) this.#measured.set(id, { before, during, touched, healed: new Map() });
  }

  /** How long before its moment a fault in a window must be prepared for: where another one will be on its links by then. */
  leadMs(fault: ScheduledFault): number {
    const start = fault.startMs ?? 0;
    const beside = this.#faults.some(
      (other) =>
        other !== fault &&
        other.startMs !== null &&
        other.startMs <= start &&
        start < (other.endMs ?? Infinity) &&
        other.targets.some((link) => fault.targets.includes(link)),
    );
    return beside ? readingMs : 0;
  }

  /** What the whole run reads is what a fault in a window finds, but for links that another window is on. */
  async beforeWindow(fault: ScheduledFault): Promise<void> {
    const beside = new Map(fault.targets.map((link) => [link, this.#inForce.on(link)]));
    const changed = fault.targets.filter((link) =>
      this.#inForce.on(link).some(({ startMs }) => startMs !== null),
    );
    const now = changed.length === 0 ? [] : await this.#meter.some(changed);
    this.#before.set(fault.id, { readings: new Map([...this.#wholeRun, ...now]), beside });
  }

  async around(_fault: ScheduledFault, inject: () => Promise<void>): Promise<void> {
    await inject();
  }

  async inWindow(fault: ScheduledFault, msLeft: () => number): Promise<void> {
    const before = this.#before.get(fault.id)?.readings;
    if (before === undefined) return;
    const { result: during, touched } = await this.#inForce.watching(async () =>
      this.#meter.inWindow(fault, before, msLeft, (link) => this.#inForce.on(link).length === 0),
    );
    this.#measured.set(fault.id, { before, during, touched, healed: new Map() });
  }

  /**
   * Right after the heal in a window: the links of which something can be said beside what else is on them. Nothing of one
   * that is cut, or on which a fault of the same kind came or went since just before the inject: the end of the run tells.
   */
  async afterWindow(fault: ScheduledFault, nowMs: () => number): Promise<void> {
    const [before, measured] = [this.#before.get(fault.id), this.#measured.get(fault.id)];
    if (before === undefined || measured === undefined) return;
    const changes = new Map(
      fault.targets.map((link) => [link, changed(before.beside.get(link) ?? [], this.#inForce.on(link))]),
    );
    const telling = fault.targets.filter(
      (link) =>
        changes.get(link)?.every((other) => other.fault.kind !== fault.fault.kind) === true &&
        this.#inForce.on(link).every((other) => other.fault.kind !== 'network.partition'),
    );
    if (telling.length === 0) return;
    const msLeft = (): number => this.#nextMs(fault) - nowMs();
    const alone = telling.filter((link) => changes.get(link)?.length === 0);
    const asked = { links: telling, alone };
    const readings = await this.#meter.afterWindow(fault, asked, before.readings, msLeft);
    const healed = [...readings].map(
      ([link, reading]) => [link, { ...reading, isAlone: alone.includes(link) }] as const,
    );
    this.#measured.set(fault.id, { ...measured, healed: new Map(healed) });
  }

  /** Its links are to be as they were with the faults of the whole run, where no window is on them. */
  async nodeIsBack(node: string): Promise<void> {
    const links = [...this.#wholeRun.keys()].filter(
      (link) =>
        nodesOf(link).includes(node) &&
        this.#inForce.on(link).length > 0 &&
        this.#inForce.on(link).every(({ startMs }) => startMs === null),
    );
    if (links.length === 0) return;
    const changed = [...(await this.#meter.some(links))].filter(([link, is]) => {
      const was = this.#wholeRun.get(link);
      return was === undefined || !isClean(was.probes, is.probes) || !cutsTheSame(was, is);
    });
    if (changed.length > 0)
      throw new Error(
        `${node} is back, and not as it was on ${changed.map(([link]) => link).join(', ')}: what is in force there did not come again`,
      );
  }

  /** With how they are when all faults are gone. */
  async finish(): Promise<void> {
    if (this.#faults.length > 0) this.#after = await this.#meter.healed(this.#faults, this.#baseline);
  }

  async afterHeal(): Promise<void> {
    await Promise.resolve();
  }

  async allOut(): Promise<void> {
    await Promise.resolve();
  }

  close(): void {
    // Probes end by themselves.
  }

  judge(): Judge {
    return linkJudge(this.measurements());
  }

  measurements(): LinkMeasurements {
    return {
      baseline: this.#baseline,
      of: this.#measured,
      after: this.#after,
      linkCount: this.#meter.linkCount,
    };
  }

  /** When the next one is to be prepared for on a link of this one. */
  #nextMs(fault: ScheduledFault): number {
    const toCome = this.#faults.filter(
      (other) =>
        other.startMs !== null &&
        // Of one that waits for an event nobody knows when it comes.
        other.after === undefined &&
        !this.#before.has(other.id) &&
        other.targets.some((link) => fault.targets.includes(link)),
    );
    return Math.min(...toCome.map((other) => (other.startMs ?? 0) - this.leadMs(other)));
  }
}

/** Of the traffic that faults are on. */
function cutsTheSame(
  { ports: before = new Map() }: LinkReading,
  { ports: now = new Map() }: LinkReading,
): boolean {
  return [...now].every(([traffic, sample]) => {
    const was = before.get(traffic);
    return was !== undefined && isCut(was) === isCut(sample);
  });
}

function changed(
  before: readonly ScheduledFault[],
  now: readonly ScheduledFault[],
): readonly ScheduledFault[] {
  return [...before.filter((one) => !now.includes(one)), ...now.filter((one) => !before.includes(one))];
}
