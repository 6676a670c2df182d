import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { stateUnder } from './declared-state.ts';
import { isClockFault } from '../../../infra/spec/fault.ts';
import { servicesOf } from '../units/services.ts';
import { leftovers, takeFingerprint, type Fingerprint } from './fingerprint.ts';
import type { Scaffolding } from '../side-car/scaffolding.ts';
import type { Abilities } from '../side-car/abilities.ts';
import { inTheWay } from './foreign-state.ts';
import type { Victim } from '../victim/victim.ts';
import { messageOf } from '../../../infra/errors.ts';

/** How all nodes were before any fault, for what faults left to be named. */
export class HealProof {
  readonly #victims: readonly Victim[];
  readonly #faults: readonly ScheduledFault[];
  /** Nodes whose clocks faults are to be on. */
  readonly #clocks: ReadonlySet<string>;
  readonly #before = new Map<string, Fingerprint>();

  private constructor(victims: readonly Victim[], faults: readonly ScheduledFault[]) {
    this.#victims = victims;
    this.#faults = faults;
    this.#clocks = new Set(
      faults.filter(({ fault }) => isClockFault(fault)).flatMap(({ targets }) => targets),
    );
  }

  static async take(victims: readonly Victim[], faults: readonly ScheduledFault[]): Promise<HealProof> {
    const proof = new HealProof(victims, faults);
    await Promise.all(
      victims.map(async (victim) => {
        proof.#before.set(victim.node, await proof.#take(victim));
      }),
    );
    return proof;
  }

  /** What nodes had before that is in the way of these faults, one sentence for each. */
  inTheWay(abilities: Abilities): readonly string[] {
    return [...this.#before].flatMap(([node, before]) => inTheWay(node, this.#faults, before, abilities));
  }

  /** On all nodes but those that have `ended`. `standing`: what is declared to stand on a node meanwhile, none where nothing may. */
  async leftovers(
    ended: ReadonlySet<string>,
    standing?: (node: string) => Scaffolding,
  ): Promise<readonly string[]> {
    const there = this.#victims.filter(({ node }) => !ended.has(node));
    const left = there.map(async (victim) => this.#of(victim, standing?.(victim.node)));
    return (await Promise.all(left)).flat();
  }

  /** What could not be looked at counts as left: it makes the run invalid, and the receipts are still written. */
  async #of(victim: Victim, standing: Scaffolding | undefined): Promise<readonly string[]> {
    const { node } = victim;
    try {
      const now = await this.#take(victim);
      return leftovers(node, this.#before.get(node) ?? [], now, standing);
    } catch (error) {
      return [`${node}: not looked at: ${messageOf(error)}`];
    }
  }

  async #take(victim: Victim): Promise<Fingerprint> {
    const { node, access, sideCar, disks } = victim;
    const state = stateUnder(node, this.#faults);
    // Services whose clock was to be another one began anew.
    const clocks = this.#clocks.has(node) ? servicesOf(victim) : [];
    const units = [...new Set([...state.units, ...clocks])];
    return await takeFingerprint(access, sideCar, { ...state, disks, units, clocks });
  }
}
