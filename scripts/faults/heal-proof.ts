import { leftovers, takeFingerprint, type Fingerprint, type Scaffolding } from './fingerprint.ts';
import type { Victim } from './victim.ts';
import { messageOf } from '../../infra/errors.ts';

/** How all nodes were before any fault, for what faults left to be named. */
export class HealProof {
  readonly #victims: readonly Victim[];
  readonly #before: ReadonlyMap<string, Fingerprint>;

  private constructor(victims: readonly Victim[], before: ReadonlyMap<string, Fingerprint>) {
    this.#victims = victims;
    this.#before = before;
  }

  static async take(victims: readonly Victim[]): Promise<HealProof> {
    const fingerprints = await Promise.all(
      victims.map(async ({ node, access, sideCar, disks }) => {
        return [node, await takeFingerprint(access, sideCar, disks)] as const;
      }),
    );
    return new HealProof(victims, new Map(fingerprints));
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
  async #of(
    { node, access, sideCar, disks }: Victim,
    standing: Scaffolding | undefined,
  ): Promise<readonly string[]> {
    try {
      const now = await takeFingerprint(access, sideCar, disks);
      return leftovers(node, this.#before.get(node) ?? [], now, standing);
    } catch (error) {
      return [`${node}: not looked at: ${messageOf(error)}`];
    }
  }
}
