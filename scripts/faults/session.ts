import type Docker from 'dockerode';
import { setTimeout as delay } from 'node:timers/promises';
import { assertNever } from '../../infra/errors.ts';
import type { BoundPlan, ScheduledFault } from '../../infra/plan/plan.ts';
import type { Recorder } from '../evidence/recorder.ts';
import type { NodeAccess } from '../nodes/node.ts';
import { injectDisk, readDisk, tooMuch, type DiskReading } from './disk-faults.ts';
import { leftovers, takeFingerprint, type Fingerprint } from './fingerprint.ts';
import { merge } from './link-condition.ts';
import { measureRates, probeLinks, type LinkSample } from './link-probes.ts';
import type { LinkFault, LinkReading } from './link-receipts.ts';
import type { Receipt } from './receipt.ts';
import { receiptsOf, type Realised } from './session-receipts.ts';
import { capabilitiesFor, openVictims, type Victim } from './victim.ts';

export interface FaultStage {
  readonly engine: Docker;
  readonly bound: BoundPlan;
  readonly nodes: ReadonlyMap<string, NodeAccess>;
  readonly toolbox: string;
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  /** For tests alone: leaves out the injecting or the undoing, with everything else real. */
  readonly sabotage?: 'inject' | 'undo';
}

const beforeProbes = { count: 400, everyUs: 2000 };
/** Enough for a loss of 2 % drawn as high as 2.8 % to have a half-width below 0.01 at this confidence. */
const duringProbes = { count: 7000, everyUs: 700 };
const flood = { beforeMs: 60, duringMs: 500 };

/** Faults of one trial: put in, measured, taken out, measured again, proven gone. */
export class FaultSession {
  readonly #stage: FaultStage;
  readonly #victims: readonly Victim[];
  readonly #fingerprints = new Map<string, Fingerprint>();
  readonly #active = new Set<ScheduledFault>();
  readonly #realised = new Map<string, Realised>();
  readonly #errors: string[] = [];
  #before: ReadonlyMap<string, LinkReading> = new Map();
  #during: ReadonlyMap<string, LinkReading> = new Map();
  #suiteBeganMs = 0;

  private constructor(stage: FaultStage, victims: readonly Victim[]) {
    this.#stage = stage;
    this.#victims = victims;
  }

  /** Side-cars and leases, and how everything is before any fault. */
  static async open(stage: FaultStage): Promise<FaultSession> {
    const victims = await openVictims(stage, capabilitiesFor(faultsOf(stage.bound)));
    const session = new FaultSession(stage, victims);
    for (const { node, access, sideCar, disks } of victims) {
      session.#fingerprints.set(node, await takeFingerprint(access, sideCar, disks));
    }
    if (session.#linkFaults().length > 0)
      session.#before = await session.#measure(beforeProbes, flood.beforeMs);
    return session;
  }

  /** Faults of the whole run, measured before the first suite begins: rates are never measured beside a suite. */
  async injectWholeRun(): Promise<void> {
    for (const fault of this.#schedule().filter(({ startMs }) => startMs === null)) await this.#inject(fault);
    if (this.#linkFaults().length > 0) this.#during = await this.#measure(duringProbes, flood.duringMs);
  }

  /** Injects and heals at the moments of the schedule, until `ended`. Settles when all of it is done. */
  async runSchedule(ended: AbortSignal): Promise<void> {
    this.#suiteBeganMs = this.#stage.recorder.nowMs();
    const windows = this.#schedule().filter((fault) => fault.startMs !== null);
    await Promise.all(
      windows.map(async (fault) => {
        try {
          await this.#at(fault.startMs ?? 0, ended);
          await this.#inject(fault);
          if (fault.endMs === null) return;
          await this.#at(fault.endMs, ended);
          await this.#heal(fault);
        } catch (error) {
          if (ended.aborted) return;
          this.#errors.push(`${fault.id}: ${messageOf(error)}`);
          this.#stage.recorder.record({ type: 'fault.error', fault: fault.id, why: messageOf(error) });
        }
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
    for (const fault of [...this.#active].reverse()) await this.#heal(fault);
    if (this.#stage.sabotage !== 'undo') for (const { links } of this.#victims) await links.release();
    const left = (
      await Promise.all(
        this.#victims.map(async ({ node, access, sideCar, disks }) =>
          leftovers(node, this.#fingerprints.get(node) ?? [], await takeFingerprint(access, sideCar, disks)),
        ),
      )
    ).flat();
    const after =
      this.#linkFaults().length > 0
        ? await this.#measure(beforeProbes, flood.beforeMs)
        : new Map<string, LinkReading>();
    const disksAfter = new Map(
      await Promise.all(
        this.#schedule().map(async (fault) => [fault.id, await this.#readDisks(fault)] as const),
      ),
    );
    const receipts = receiptsOf(this.#schedule(), {
      links: { before: this.#before, during: this.#during, after },
      realised: this.#realised,
      disksAfter,
      leftovers: left,
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

  async #inject(fault: ScheduledFault): Promise<void> {
    const { recorder } = this.#stage;
    const began = recorder.nowMs();
    this.#active.add(fault);
    const before = await this.#readDisks(fault);
    const started = performance.now();
    if (this.#stage.sabotage !== 'inject') await this.#apply(fault, true);
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
    if (this.#stage.sabotage !== 'undo') await this.#apply(fault, false);
    const tookMs = Math.round(performance.now() - started);
    recorder.record({ type: 'fault.heal', fault: fault.id, targets: [...fault.targets], tookMs });
    const realised = this.#realised.get(fault.id);
    if (realised === undefined) return;
    const healedAtMs = fault.startMs === null ? null : recorder.nowMs() - this.#suiteBeganMs;
    this.#realised.set(fault.id, { ...realised, healedAtMs, healTookMs: tookMs });
  }

  async #apply(scheduled: ScheduledFault, on: boolean): Promise<void> {
    const { fault } = scheduled;
    switch (fault.kind) {
      case 'network.delay':
      case 'network.jitter':
      case 'network.loss':
      case 'network.rate':
      case 'network.partition':
        await Promise.all(
          scheduled.targets.map(async (link) => {
            await this.#applyLink(link);
          }),
        );
        return;
      case 'disk.space':
      case 'disk.inodes':
      case 'disk.readonly':
        await Promise.all(
          scheduled.targets.map(async (target) => {
            const { victim, path } = this.#disk(target);
            if (on) await injectDisk(victim.hold, scheduled.id, fault, path);
            else await victim.hold.heal(scheduled.id);
          }),
        );
        return;
      default:
        assertNever(fault);
    }
  }

  /** Brings one directed link to what all faults that are active on it now make of it together. */
  async #applyLink(link: string): Promise<void> {
    const [from = '', to = ''] = link.split('->');
    const sender = this.#victim(from);
    const receiver = this.#victim(to);
    const condition = merge(
      [...this.#active].filter(({ targets }) => targets.includes(link)).map(({ fault }) => fault),
    );
    await receiver.links.incoming(sender.address, condition);
    await sender.links.outgoing(receiver.address, 1 + this.#victims.indexOf(receiver), condition);
  }

  async #readDisks({ fault, targets }: ScheduledFault): Promise<ReadonlyMap<string, DiskReading>> {
    if (!('disks' in fault.on)) return new Map();
    const disk =
      fault.kind === 'disk.space' || fault.kind === 'disk.inodes' || fault.kind === 'disk.readonly'
        ? fault
        : null;
    if (disk === null) return new Map();
    return new Map(
      await Promise.all(
        targets.map(async (target) => {
          const { victim, path } = this.#disk(target);
          return [target, await readDisk(victim.access, path, tooMuch(disk))] as const;
        }),
      ),
    );
  }

  async #measure(
    probes: { readonly count: number; readonly everyUs: number },
    floodMs: number,
  ): Promise<ReadonlyMap<string, LinkReading>> {
    this.#stage.signal.throwIfAborted();
    const arrived = await probeLinks(this.#victims, probes.count, probes.everyUs);
    const rated = this.#linkFaults().some(({ fault }) => fault.kind === 'network.rate');
    const fast = rated ? await measureRates(this.#victims, floodMs) : new Map<string, LinkSample>();
    return new Map(
      [...arrived].map(([link, sample]) => [
        link,
        { probes: sample, flood: fast.get(link) ?? { ...sample, received: 0, bitsPerSecond: NaN } },
      ]),
    );
  }

  #schedule(): readonly ScheduledFault[] {
    return faultsOf(this.#stage.bound);
  }

  #linkFaults(): readonly (ScheduledFault & { readonly fault: LinkFault })[] {
    return this.#schedule().filter(
      (one): one is ScheduledFault & { readonly fault: LinkFault } => 'links' in one.fault.on,
    );
  }

  #victim(name: string): Victim {
    const victim = this.#victims.find(({ node }) => node === name);
    if (victim === undefined) throw new Error(`no node ${name}`);
    return victim;
  }

  #disk(target: string): { victim: Victim; path: string } {
    const at = target.indexOf(':');
    return { victim: this.#victim(target.slice(0, at)), path: target.slice(at + 1) };
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
