import type { ScheduledFault } from '../../infra/plan/plan.ts';
import type { Recorder } from '../evidence/recorder.ts';
import type { FaultDriver } from './fault-driver.ts';
import type { FaultWatch } from './watch/fault-watch.ts';
import type { InForce } from './watch/in-force.ts';
import { KernelWitness, type OnCounted } from './watch/kernel-witness.ts';
import type { Victim } from './victim/victim.ts';
import type { Realised } from './session-receipts.ts';

/** How long before its moment the kernel's counters are read for a fault in a window. */
export const countingMs = 200;

export interface InjectorStage {
  readonly recorder: Pick<Recorder, 'record'>;
  readonly onCounted: OnCounted;
}

/** Puts faults in force and takes them out, and keeps when each was. */
export class Injector {
  readonly #driver: Pick<FaultDriver, 'inject' | 'heal'>;
  readonly #recorder: Pick<Recorder, 'record'>;
  readonly #witness: KernelWitness;
  readonly #inForce: InForce;
  /** Those that the driver is to keep up. */
  readonly #active = new Set<ScheduledFault>();
  readonly #realised = new Map<string, Realised>();
  /** Begun and not healed, however far it came. */
  readonly #begun = new Set<string>();
  readonly #everBegun = new Set<string>();
  readonly #sinceSuiteMs: () => number;

  constructor(
    driver: Pick<FaultDriver, 'inject' | 'heal'>,
    { recorder, onCounted }: InjectorStage,
    victims: readonly Victim[],
    inForce: InForce,
    sinceSuiteMs: () => number,
  ) {
    this.#driver = driver;
    this.#recorder = recorder;
    this.#witness = new KernelWitness(victims, onCounted);
    this.#inForce = inForce;
    this.#sinceSuiteMs = sinceSuiteMs;
  }

  /** The last that came is the last. */
  get active(): readonly ScheduledFault[] {
    return [...this.#active];
  }

  /** Targets of those of `faults` that have begun and are not healed. */
  begunOn(faults: readonly ScheduledFault[]): ReadonlySet<string> {
    return new Set(faults.filter(({ id }) => this.#begun.has(id)).flatMap(({ targets }) => targets));
  }

  get everBegun(): ReadonlySet<string> {
    return this.#everBegun;
  }

  get realised(): ReadonlyMap<string, Realised> {
    return this.#realised;
  }

  /** Shortly before a fault in a window: what nodes that have not `ended` have counted until then. */
  async witness(fault: ScheduledFault, ended: ReadonlySet<string>): Promise<void> {
    await this.#witness.read(fault, 'begin', ended);
  }

  /** `until`: as FamilyDriver. */
  async inject(
    fault: ScheduledFault,
    watch: Pick<FaultWatch, 'around'>,
    until: AbortSignal,
    ended: ReadonlySet<string>,
  ): Promise<void> {
    if (fault.startMs === null) await this.witness(fault, ended);
    await watch.around(fault, async () => {
      this.#active.add(fault);
      this.#begun.add(fault.id);
      this.#everBegun.add(fault.id);
      this.#inForce.begin(fault);
      const injectedAtMs = fault.startMs === null ? null : this.#sinceSuiteMs();
      const started = performance.now();
      await this.#driver.inject(fault, this.active, until);
      const tookMs = Math.round(performance.now() - started);
      this.#recorder.record({ type: 'fault.inject', fault: fault.id, targets: [...fault.targets], tookMs });
      this.#realised.set(fault.id, {
        injectedAtMs,
        injectTookMs: tookMs,
        healedAtMs: null,
        healTookMs: 0,
        healed: false,
      });
    });
  }

  /**
   * One that fails stays in force: what is left of it may be on its targets. All of `watches` are told: a fault of another family
   * may have been on the same target, and what it left there cannot be read before this one is gone.
   */
  async heal(
    fault: ScheduledFault,
    watches: readonly Pick<FaultWatch, 'afterHeal'>[],
    ended: ReadonlySet<string>,
  ): Promise<void> {
    const started = performance.now();
    const rest = this.active.filter((other) => other !== fault);
    // One that fails is tried once more at the end.
    await this.#driver.heal(fault, rest, ended);
    this.#active.delete(fault);
    this.#begun.delete(fault.id);
    this.#inForce.end(fault);
    const tookMs = Math.round(performance.now() - started);
    this.#recorder.record({ type: 'fault.heal', fault: fault.id, targets: [...fault.targets], tookMs });
    const realised = this.#realised.get(fault.id);
    if (realised !== undefined) {
      const healedAtMs = fault.startMs === null ? null : this.#sinceSuiteMs();
      this.#realised.set(fault.id, { ...realised, healedAtMs, healTookMs: tookMs, healed: true });
    }
    await this.#witness.read(fault, 'end', ended);
    for (const watch of watches) await watch.afterHeal(fault);
  }
}
