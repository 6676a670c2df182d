import type Docker from 'dockerode';
import { setTimeout as delay } from 'node:timers/promises';
import type { BoundPlan, ScheduledFault } from '../../infra/plan/plan.ts';
import type { Recorder } from '../evidence/recorder.ts';
import type { NodeAccess } from '../nodes/node.ts';
import type { Abilities } from './abilities.ts';
import { isDiskFault, readDisk, tooMuch, type DiskReading } from './disk-faults.ts';
import type { FaultDriver } from './fault-driver.ts';
import { leftovers, takeFingerprint, type Fingerprint } from './fingerprint.ts';
import { layers } from './layers.ts';
import { linkMechanism } from './link-driver.ts';
import { LinkMeter, type LinkReadingsByLink } from './link-meter.ts';
import { isLinkFault } from './link-receipts.ts';
import type { Receipt } from './receipt.ts';
import { receiptsOf, type LinkMeasurement, type Realised } from './session-receipts.ts';
import { capabilitiesFor, diskOf, openVictims, type Victim } from './victim.ts';

export interface FaultStage {
  readonly engine: Docker;
  readonly bound: BoundPlan;
  readonly nodes: ReadonlyMap<string, NodeAccess>;
  readonly toolbox: string;
  readonly abilities: Abilities;
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  /** What injects and heals; tests put one in its place that leaves out a part. */
  readonly driver: (victims: readonly Victim[]) => FaultDriver;
}

/** Faults of one trial: put in, measured, taken out, measured again, proven gone. */
export class FaultSession {
  readonly #stage: FaultStage;
  readonly #victims: readonly Victim[];
  readonly #driver: FaultDriver;
  readonly #meter: LinkMeter;
  readonly #fingerprints = new Map<string, Fingerprint>();
  readonly #active = new Set<ScheduledFault>();
  /** From before the inject until after the heal: a fault that is on its way out is no longer active, and still there. */
  readonly #inForce = new Set<ScheduledFault>();
  /** Of each measurement under way, the links that faults have been on since it began. */
  readonly #watched = new Set<Set<string>>();
  readonly #realised = new Map<string, Realised>();
  readonly #links = new Map<string, LinkMeasurement>();
  readonly #errors: string[] = [];
  #baseline: LinkReadingsByLink = new Map();
  #wholeRun: LinkReadingsByLink = new Map();
  #suiteBeganMs = 0;

  private constructor(stage: FaultStage, victims: readonly Victim[]) {
    this.#stage = stage;
    this.#victims = victims;
    this.#driver = stage.driver(victims);
    this.#meter = new LinkMeter(
      victims,
      faultsOf(stage.bound).map(({ fault }) => fault),
      stage.signal,
    );
  }

  /** Side-cars and leases, and how everything is before any fault. */
  static async open(stage: FaultStage): Promise<FaultSession> {
    const victims = await openVictims(stage, capabilitiesFor(faultsOf(stage.bound)));
    const session = new FaultSession(stage, victims);
    try {
      await Promise.all(
        victims.map(async ({ node, access, sideCar, disks }) => {
          session.#fingerprints.set(node, await takeFingerprint(access, sideCar, disks));
        }),
      );
      if (session.#hasLinkFaults()) session.#baseline = await session.#meter.baseline();
    } catch (error) {
      await session.close();
      throw error;
    }
    session.#wholeRun = session.#baseline;
    return session;
  }

  /** Faults of the whole run, each layer measured before the next: two delays on one link are two receipts. */
  async injectWholeRun(): Promise<void> {
    for (const layer of layers(this.#schedule().filter(({ startMs }) => startMs === null))) {
      this.#stage.signal.throwIfAborted();
      for (const fault of layer) await this.#said(fault, null, async () => this.#inject(fault));
      if (!layer.some(({ fault }) => isLinkFault(fault))) continue;
      const before = this.#wholeRun;
      const { readings, touched } = await this.#watching(async () => this.#meter.wholeRun(layer, before));
      this.#wholeRun = readings;
      for (const { id } of layer) this.#links.set(id, { before, during: readings, touched });
    }
  }

  /** Injects and heals at the moments of the schedule, until `ended`. Settles when all of it is done. */
  async runSchedule(ended: AbortSignal): Promise<void> {
    this.#suiteBeganMs = this.#stage.recorder.nowMs();
    const windows = this.#schedule().filter((fault) => fault.startMs !== null);
    await Promise.all(
      windows.map(async (fault) => {
        await this.#said(fault, ended, async () => {
          await this.#at(fault.startMs ?? 0, ended);
          await this.#inject(fault);
          await this.#measureInWindow(fault);
          if (fault.endMs === null) return;
          await this.#at(fault.endMs, ended);
          await this.#heal(fault);
        });
      }),
    );
  }

  /** Takes everything out, proves it, and writes a receipt for every fault and target. */
  async finish(): Promise<{
    readonly receipts: readonly Receipt[];
    readonly leftovers: readonly string[];
    readonly invalid: readonly string[];
  }> {
    const unfinished = this.#schedule().filter(
      (fault) =>
        fault.startMs !== null &&
        (!this.#realised.has(fault.id) || (fault.endMs !== null && this.#active.has(fault))),
    );
    for (const fault of [...this.#active].reverse()) {
      await this.#said(fault, null, async () => this.#heal(fault));
    }
    await this.#driver.release().catch(() => undefined); // what it leaves, the fingerprints name
    const left = (await Promise.all(this.#victims.map(async (victim) => this.#leftovers(victim)))).flat();
    const after = this.#hasLinkFaults() ? await this.#meter.baseline() : new Map();
    const disksAfter = new Map(
      await Promise.all(
        this.#schedule().map(async (fault) => [fault.id, await this.#readDisks(fault)] as const),
      ),
    );
    const receipts = receiptsOf(this.#schedule(), {
      links: { baseline: this.#baseline, of: this.#links, after },
      realised: this.#realised,
      disksAfter,
      leftovers: left,
      mechanism: linkMechanism(this.#stage.abilities),
    });
    return {
      receipts,
      leftovers: left,
      invalid: [
        ...this.#errors,
        ...unfinished.map(
          ({ id }) => `${id} was not in force as planned: the suites ended before its schedule did`,
        ),
      ],
    };
  }

  /** Ends the leases: whatever is still in force is undone by the side-cars themselves. */
  async close(): Promise<void> {
    await Promise.allSettled(
      this.#victims.map(async ({ hold }) => {
        await hold.close();
      }),
    );
  }

  /** What goes wrong with one fault makes the run invalid and is said; the others go on. */
  async #said({ id }: ScheduledFault, ended: AbortSignal | null, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (ended?.aborted === true) return;
      this.#errors.push(`${id}: ${messageOf(error)}`);
      this.#stage.recorder.record({ type: 'fault.error', fault: id, why: messageOf(error) });
    }
  }

  async #inject(fault: ScheduledFault): Promise<void> {
    const { recorder } = this.#stage;
    const began = recorder.nowMs();
    this.#active.add(fault);
    this.#inForce.add(fault);
    for (const links of this.#watched) for (const target of fault.targets) links.add(target);
    const before = await this.#readDisks(fault);
    const started = performance.now();
    await this.#driver.inject(fault, [...this.#active]);
    const tookMs = Math.round(performance.now() - started);
    recorder.record({ type: 'fault.inject', fault: fault.id, targets: [...fault.targets], tookMs });
    const during = await this.#readDisks(fault);
    this.#realised.set(fault.id, {
      injectedAtMs: fault.startMs === null ? null : began - this.#suiteBeganMs,
      injectTookMs: tookMs,
      healedAtMs: null,
      healTookMs: 0,
      before,
      during,
    });
  }

  async #heal(fault: ScheduledFault): Promise<void> {
    const { recorder } = this.#stage;
    this.#active.delete(fault);
    const started = performance.now();
    await this.#driver.heal(fault, [...this.#active]);
    this.#inForce.delete(fault);
    const tookMs = Math.round(performance.now() - started);
    recorder.record({ type: 'fault.heal', fault: fault.id, targets: [...fault.targets], tookMs });
    const realised = this.#realised.get(fault.id);
    if (realised === undefined) return;
    const healedAtMs = fault.startMs === null ? null : recorder.nowMs() - this.#suiteBeganMs;
    this.#realised.set(fault.id, { ...realised, healedAtMs, healTookMs: tookMs });
  }

  /** What could not be looked at counts as left: it makes the run invalid, and the other receipts are still written. */
  async #leftovers({ node, access, sideCar, disks }: Victim): Promise<readonly string[]> {
    try {
      const now = await takeFingerprint(access, sideCar, disks);
      return leftovers(node, this.#fingerprints.get(node) ?? [], now);
    } catch (error) {
      return [`${node}: not looked at: ${messageOf(error)}`];
    }
  }

  async #measureInWindow(scheduled: ScheduledFault): Promise<void> {
    if (!isLinkFault(scheduled.fault)) return;
    const before = this.#wholeRun;
    const { readings, touched } = await this.#watching(async () => this.#meter.inWindow(scheduled, before));
    this.#links.set(scheduled.id, { before, during: readings, touched });
  }

  /** What was measured, and on which links there was a fault meanwhile. */
  async #watching(
    measure: () => Promise<LinkReadingsByLink>,
  ): Promise<{ readonly readings: LinkReadingsByLink; readonly touched: ReadonlySet<string> }> {
    const touched = new Set([...this.#inForce].flatMap(({ targets }) => targets));
    this.#watched.add(touched);
    try {
      return { readings: await measure(), touched };
    } finally {
      this.#watched.delete(touched);
    }
  }

  async #readDisks({ fault, targets }: ScheduledFault): Promise<ReadonlyMap<string, DiskReading>> {
    if (!isDiskFault(fault)) return new Map();
    return new Map(
      await Promise.all(
        targets.map(async (target) => {
          const { victim, path } = diskOf(this.#victims, target);
          return [target, await readDisk(victim.access, path, tooMuch(fault))] as const;
        }),
      ),
    );
  }

  #schedule(): readonly ScheduledFault[] {
    return faultsOf(this.#stage.bound);
  }

  #hasLinkFaults(): boolean {
    return this.#schedule().some(({ fault }) => isLinkFault(fault));
  }

  async #at(ms: number, ended: AbortSignal): Promise<void> {
    const wait = this.#suiteBeganMs + ms - this.#stage.recorder.nowMs();
    await delay(Math.max(0, wait), undefined, { signal: ended });
  }
}

/** Standing conditions of the spec's links are faults of the whole run, in the control too. */
export function faultsOf({ loaded }: BoundPlan): readonly ScheduledFault[] {
  return [...loaded.plan.conditions, ...loaded.plan.schedule];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
