import type Docker from 'dockerode';
import { setTimeout as delay } from 'node:timers/promises';
import { assertNever } from '../../infra/errors.ts';
import type { BoundPlan, ScheduledFault } from '../../infra/plan/plan.ts';
import type { Recorder } from '../evidence/recorder.ts';
import type { NodeAccess } from '../nodes/node.ts';
import { injectDisk, judgeDisk, readDisk, tooMuch, type DiskReading } from './disk-faults.ts';
import { leftovers, takeFingerprint, type Fingerprint } from './fingerprint.ts';
import { Hold } from './hold.ts';
import { merge } from './link-condition.ts';
import { LinkDriver } from './link-driver.ts';
import { measureRates, probeLinks, type LinkSample, type ProbePoint } from './link-probes.ts';
import { isClean, judgeLink, type LinkFault, type LinkReading } from './link-receipts.ts';
import type { Receipt } from './receipt.ts';
import { capabilities, startSideCar } from './side-car.ts';

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

/** One node with its side-car, lease and links. */
interface Victim extends ProbePoint {
  readonly access: NodeAccess;
  readonly hold: Hold;
  readonly links: LinkDriver;
  readonly disks: readonly string[];
}

interface Realised {
  readonly injectedAtMs: number | null;
  readonly injectTookMs: number;
  readonly healedAtMs: number | null;
  readonly healTookMs: number;
  readonly disks: ReadonlyMap<string, DiskReading>;
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
    const { plan } = stage.bound.loaded;
    const granted = capabilitiesFor(faultsOf(stage.bound));
    const victims = await Promise.all(
      plan.nodes.map(async ({ name, disks, host }): Promise<Victim> => {
        const access = stage.nodes.get(name);
        if (access === undefined) throw new Error(`node ${name} is not there`);
        const sideCar = await startSideCar(stage.engine, stage.bound, name, stage.toolbox, granted);
        const hold = await Hold.open(sideCar);
        const address = stage.bound.run.addresses[name] ?? '';
        return {
          node: name,
          address,
          access,
          sideCar,
          hold,
          links: new LinkDriver(hold, plan.seed * 65_536 + host),
          disks: disks.map(({ path }) => path),
        };
      }),
    );
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
    const receipts = (
      await Promise.all(this.#schedule().map(async (fault) => await this.#receipts(fault, after, left)))
    ).flat();
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
      disks: new Map([
        ...[...before].map(([target, reading]) => [`before ${target}`, reading] as const),
        ...[...during].map(([target, reading]) => [`during ${target}`, reading] as const),
      ]),
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

  async #receipts(
    scheduled: ScheduledFault,
    after: ReadonlyMap<string, LinkReading>,
    left: readonly string[],
  ): Promise<readonly Receipt[]> {
    const { fault, targets } = scheduled;
    const realised = this.#realised.get(scheduled.id);
    const afterDisks = await this.#readDisks(scheduled);
    const bystanders = this.#bystanders();
    return targets.map((target): Receipt => {
      const node = target.includes('->') ? (target.split('->')[1] ?? '') : (target.split(':')[0] ?? '');
      const common = {
        fault: scheduled.id,
        kind: fault.kind,
        target,
        bystandersOk: bystanders.every(({ clean }) => clean),
        bystanders: bystanders.length,
        healedOk: !left.some((line) => line.startsWith(`${node}:`)),
        injectedAtMs: realised?.injectedAtMs ?? null,
        healedAtMs: realised?.healedAtMs ?? null,
        injectTookMs: realised?.injectTookMs ?? 0,
        healTookMs: realised?.healTookMs ?? 0,
        driver: fault.kind.startsWith('network') ? 'nfqueue + htb + nftables' : 'fill',
      };
      switch (fault.kind) {
        case 'disk.space':
        case 'disk.inodes':
        case 'disk.readonly': {
          const nothing: DiskReading = { freeBytes: -1, freeInodes: -1, writeError: '', createError: '' };
          const read = (when: string): DiskReading => realised?.disks.get(`${when} ${target}`) ?? nothing;
          const judged = judgeDisk(fault, read('before'), read('during'), afterDisks.get(target) ?? nothing);
          const { before, during, after: later } = judged.measured;
          return { ...common, ...judged, samples: { before: [before], during: [during], after: [later] } };
        }
        default:
          return { ...common, ...judgeLink(fault, this.#readings(target, after)) };
      }
    });
  }

  #readings(
    link: string,
    after: ReadonlyMap<string, LinkReading>,
  ): { before: LinkReading; during: LinkReading; after: LinkReading } {
    const nothing: LinkSample = { sent: 0, received: 0, delaysMs: [], bitsPerSecond: NaN };
    const of = (readings: ReadonlyMap<string, LinkReading>): LinkReading =>
      readings.get(link) ?? { probes: nothing, flood: nothing };
    return { before: of(this.#before), during: of(this.#during), after: of(after) };
  }

  /** Links that no fault of the whole run is on, each with whether it stayed as it was. */
  #bystanders(): readonly { readonly clean: boolean }[] {
    const targeted = new Set(
      this.#linkFaults()
        .filter(({ startMs }) => startMs === null)
        .flatMap(({ targets }) => targets),
    );
    return [...this.#during]
      .filter(([link]) => !targeted.has(link))
      .map(([link, reading]) => {
        const before = this.#before.get(link)?.probes;
        return { clean: before !== undefined && isClean(before, reading.probes) };
      });
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

function capabilitiesFor(schedule: readonly ScheduledFault[]): readonly string[] {
  const mounts = schedule.some(({ fault }) => fault.kind === 'disk.readonly');
  return [...capabilities.network, ...capabilities.disk, ...(mounts ? capabilities.mount : [])];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
