import { isDeepStrictEqual } from 'node:util';
import { digestOf } from '../../../infra/plan/canonical.ts';
import type { Abilities } from '../side-car/abilities.ts';
import { allDone } from '../../all-done.ts';
import type { Scaffolding } from '../side-car/scaffolding.ts';
import type { Hold } from '../side-car/hold.ts';
import {
  classRoot,
  classScaffolding,
  cutFrom,
  cutScaffolding,
  cutTable,
  duplicatedTo,
  emulatedTo,
  isWholly,
  queueNumber,
  ratedTo,
  shapedFrom,
  shaperScaffolding,
  shaperTable,
  type LinkCommands,
} from './link-commands.ts';
import { chainOf } from './link-bursts.ts';
import { clean, heldMs, type LinkCondition } from './link-condition.ts';

const shaperId = 'shaper';
const rateId = 'rate';
const cutId = 'cut';

/** What delays and loses packets. */
export type LinkMechanism = 'nfqueue' | 'netem';

/**
 * NFQUEUE comes first although netem is the usual tool: it works where the packets arrive, so the sender's own TCP does
 * not notice a loss before its time, and its losses are seeded, so a run replays. netem is for kernels without it.
 */
export function linkMechanism({ nfqueue }: Abilities): LinkMechanism {
  return nfqueue ? 'nfqueue' : 'netem';
}

/** Pure: a number of 64 bits of this link, the same for the same seed wherever the cluster is: addresses differ from run to run. */
export function streamOf(seed: number, link: string): string {
  return BigInt(`0x${digestOf({ seed, link }).slice(0, 16)}`).toString();
}

/** The links that end or begin at one node, through its lease. One change never lifts another. */
export class LinkDriver {
  readonly #hold: Hold;
  readonly #streamOf: (address: string) => string;
  readonly #mechanism: LinkMechanism;
  readonly #applied = new Map<string, LinkCondition>();
  #shaping: Promise<void> | null = null;
  #rating: Promise<void> | null = null;
  #cutting: Promise<void> | null = null;

  /** `streamOf`: what the losses of who has that address are drawn from (`streamOf` below), by NFQUEUE; netem's do not replay. */
  constructor(hold: Hold, streamOf: (address: string) => string, mechanism: LinkMechanism) {
    this.#hold = hold;
    this.#streamOf = streamOf;
    this.#mechanism = mechanism;
  }

  /** Makes what arrives from `address` be delayed, lost or cut as `condition` says. */
  async incoming(address: string, condition: LinkCondition): Promise<void> {
    await allDone([this.#cut(address, condition), this.#shape(address, condition)]);
  }

  /** The table goes out before what it is to hold, and nobody waits for it: one transaction makes both. */
  async #cut(address: string, { cuts }: LinkCondition): Promise<void> {
    if (isWholly(cuts))
      this.#cutting ??= this.#wholly(cutId, this.#apply(cutId, cutTable), () => (this.#cutting = null));
    const cut = this.#toggle(`cut-${address}`, cutFrom(address, cuts), cuts.length > 0, { ...clean, cuts });
    await allDone(isWholly(cuts) && this.#cutting !== null ? [this.#cutting, cut] : [cut]);
  }

  async #shape(address: string, condition: LinkCondition): Promise<void> {
    const { jitterMs, lossRatio, reorderRatio, reorderByMs, corruptRatio, bursts, distribution } = condition;
    const { enter, leave } = bursts === null ? { enter: 0, leave: 0 } : chainOf(bursts);
    const shaped = this.#mechanism === 'nfqueue' && isShaped(condition);
    if (shaped) {
      await (this.#shaping ??= this.#wholly(shaperId, this.#startShaper(), () => (this.#shaping = null)));
      const orders = [
        ...[heldMs(condition) * 1e3, jitterMs * 1e3, lossRatio * 1e6],
        ...[reorderRatio * 1e6, reorderByMs * 1e3, corruptRatio * 1e6, enter * 1e6, leave * 1e6],
      ].map((number) => String(Math.round(number)));
      await this.#hold.tell(shaperId, ['set', address, ...orders, distribution, this.#streamOf(address)]);
    }
    await this.#toggle(`shape-${address}`, shapedFrom(address), shaped, condition);
    if (shaped) return;
    // For another link it may be just starting; where that fails there is nothing to clear.
    await this.#shaping?.catch(() => undefined);
    if (this.#shaping !== null) await this.#hold.tell(shaperId, ['clear', address]);
  }

  /** Makes what leaves for `address` no faster than asked, or leave twice; and late or lost, where netem is what there is. */
  async outgoing(address: string, classNumber: number, condition: LinkCondition): Promise<void> {
    await allDone([this.#duplicate(address, condition), this.#rate(address, classNumber, condition)]);
  }

  async #duplicate(address: string, { duplicateRatio }: LinkCondition): Promise<void> {
    const commands = duplicatedTo(address, duplicateRatio);
    await this.#toggle(`copy-${address}`, commands, duplicateRatio > 0, { ...clean, duplicateRatio });
  }

  async #rate(address: string, classNumber: number, condition: LinkCondition): Promise<void> {
    const { rateMbit } = condition;
    const emulated = this.#mechanism === 'netem' && isEmulated(condition);
    const wanted = rateMbit !== null || emulated;
    if (wanted)
      await (this.#rating ??= this.#wholly(
        rateId,
        this.#apply(rateId, classRoot),
        () => (this.#rating = null),
      ));
    const commands = emulated
      ? emulatedTo(address, classNumber, condition)
      : ratedTo(address, classNumber, rateMbit ?? 0);
    // Where only the rate is ours, another delay must not lift it for a moment.
    await this.#toggle(`rate-${address}`, commands, wanted, emulated ? condition : { ...clean, rateMbit });
  }

  /** What stands in this node's fingerprint while nothing is in force; `release` takes it away. */
  scaffolding(): Scaffolding {
    const standing = [
      ...(this.#shaping === null ? [] : [shaperScaffolding]),
      ...(this.#rating === null ? [] : [classScaffolding]),
      ...(this.#cutting === null ? [] : [cutScaffolding]),
    ];
    return { come: standing.flatMap(({ come }) => come), gone: standing.flatMap(({ gone }) => gone) };
  }

  /** Ends the shaper, the root qdisc and the table of cuts when no link needs them any more. */
  async release(): Promise<void> {
    const idle = [
      ...(this.#shaping === null ? [] : [shaperId]),
      ...(this.#rating === null ? [] : [rateId]),
      ...(this.#cutting === null ? [] : [cutId]),
    ];
    this.#shaping = null;
    this.#rating = null;
    this.#cutting = null;
    await allDone(idle.map(async (id) => this.#hold.heal(id)));
  }

  async #toggle(
    id: string,
    commands: LinkCommands,
    wanted: boolean,
    condition: LinkCondition,
  ): Promise<void> {
    const before = this.#applied.get(id);
    if (before !== undefined && (!wanted || (isFixed(id) && !isDeepStrictEqual(before, condition)))) {
      await this.#hold.heal(id);
      this.#applied.delete(id);
    }
    if (!wanted || this.#applied.has(id)) return;
    this.#applied.set(id, condition);
    await this.#wholly(id, this.#apply(id, commands), () => this.#applied.delete(id));
  }

  async #startShaper(): Promise<void> {
    await this.#apply(shaperId, shaperTable);
    await this.#hold.start(shaperId, ['linkshape', String(queueNumber)]);
  }

  async #apply(id: string, commands: LinkCommands): Promise<void> {
    for (const argv of commands.undo) this.#hold.undo(id, argv);
    for (const argv of commands.do) await this.#hold.do(argv);
  }

  /** All of it or nothing: what was done of `id` before it failed is undone. */
  async #wholly(id: string, work: Promise<void>, forget: () => void): Promise<void> {
    try {
      await work;
    } catch (error) {
      // The undo of what was not done fails, rightly: what counts is told by what is thrown.
      await this.#hold.heal(id).catch(() => undefined);
      forget();
      throw error;
    }
  }
}

/** What its commands say cannot be changed where it stands, but only be put in anew. */
function isFixed(id: string): boolean {
  return ['rate-', 'copy-', 'cut-'].some((one) => id.startsWith(one));
}

function isShaped(condition: LinkCondition): boolean {
  return isEmulated(condition) || condition.reorderRatio > 0 || condition.corruptRatio > 0;
}

/** What netem stands in for; the rest is refused where there is no NFQUEUE (requirements.ts). */
function isEmulated({ delayMs, jitterMs, lossRatio, bursts }: LinkCondition): boolean {
  return delayMs > 0 || jitterMs > 0 || lossRatio > 0 || bursts !== null;
}
