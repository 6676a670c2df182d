import { assertNever } from '../../infra/errors.ts';
import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { nodesOf } from '../../infra/plan/target.ts';
import { allDone } from './all-done.ts';
import { injectDisk } from './disk-faults.ts';
import type { Scaffolding } from './fingerprint.ts';
import { merge } from './link-condition.ts';
import { Turns } from './turns.ts';
import { diskOf, victimNamed, type Victim } from './victim.ts';

/**
 * What does and undoes faults, and nothing else: it never measures. A test that wants to see a fault which is not there,
 * or one that is not undone, puts another driver in its place; the measuring stays what it is.
 */
export interface FaultDriver {
  /** `active`: all faults that are to be in force once this is done, `fault` among them. */
  inject(fault: ScheduledFault, active: readonly ScheduledFault[]): Promise<void>;
  /**
   * `active`: all faults that are to be in force once this is done, `fault` not among them. Rejects with what could not be
   * undone, but for nodes that have `ended`: those are left alone.
   */
  heal(fault: ScheduledFault, active: readonly ScheduledFault[], ended?: ReadonlySet<string>): Promise<void>;
  /** What idles on a node for faults to come, with none in force, as its fingerprint shows it. All else is left behind. */
  scaffolding(node: string): Scaffolding;
  /** Ends what idles for faults to come, on all nodes but those that have `ended`. */
  release(ended?: ReadonlySet<string>): Promise<void>;
}

const none: ReadonlySet<string> = new Set();

export function driverOf(victims: readonly Victim[]): FaultDriver {
  const links = new LinkTurns(victims);
  return {
    async inject(scheduled, active) {
      const { fault } = scheduled;
      switch (fault.kind) {
        case 'network.delay':
        case 'network.jitter':
        case 'network.loss':
        case 'network.duplicate':
        case 'network.reorder':
        case 'network.corrupt':
        case 'network.rate':
        case 'network.partition':
          await links.bringTo(scheduled.targets, active);
          return;
        case 'disk.space':
        case 'disk.inodes':
        case 'disk.readonly':
          await allDone(
            scheduled.targets.map(async (target) => {
              const { victim, path } = diskOf(victims, target);
              await injectDisk(victim.hold, holdId(scheduled, path), fault, path);
            }),
          );
          return;
        default:
          assertNever(fault);
      }
    },
    async heal(scheduled, active, ended = none) {
      if ('links' in scheduled.fault.on) {
        await links.bringTo(scheduled.targets, active, ended);
        return;
      }
      await allDone(
        scheduled.targets.map(async (target) => {
          const { victim, path } = diskOf(victims, target);
          if (!ended.has(victim.node)) await victim.hold.heal(holdId(scheduled, path));
        }),
      );
    },
    scaffolding: (node) => victimNamed(victims, node).links.scaffolding(),
    async release(ended = none) {
      const there = victims.filter(({ node }) => !ended.has(node));
      await allDone(there.map(async (victim) => victim.links.release()));
    },
  };
}

/** A fault may be on several disks of one node. */
function holdId({ id }: ScheduledFault, path: string): string {
  return `${id}:${path}`;
}

/**
 * Brings each directed link to what all faults that are active on it make of it together. One change of a link after the
 * other, as they were asked: a heal under way beside an inject would take away what the inject found in place.
 */
class LinkTurns {
  readonly #victims: readonly Victim[];
  readonly #turns = new Turns();

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  async bringTo(
    targets: readonly string[],
    active: readonly ScheduledFault[],
    ended: ReadonlySet<string> = none,
  ): Promise<void> {
    await allDone(
      targets.map(async (link) => this.#turns.take([link], async () => this.#bring(link, active, ended))),
    );
  }

  async #bring(link: string, active: readonly ScheduledFault[], ended: ReadonlySet<string>): Promise<void> {
    const [from = '', to = ''] = nodesOf(link);
    const sender = victimNamed(this.#victims, from);
    const receiver = victimNamed(this.#victims, to);
    const condition = merge(active.filter((one) => one.targets.includes(link)).map(({ fault }) => fault));
    const classNumber = 1 + this.#victims.indexOf(receiver);
    await allDone([
      ...(ended.has(to) ? [] : [receiver.links.incoming(sender.address, condition)]),
      ...(ended.has(from) ? [] : [sender.links.outgoing(receiver.address, classNumber, condition)]),
    ]);
  }
}
