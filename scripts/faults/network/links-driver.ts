import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { nodesOf } from '../../../infra/plan/target.ts';
import { isLinkFault } from '../../../infra/spec/fault.ts';
import type { FamilyDriver } from '../victim/family-driver.ts';
import { allDone } from '../../all-done.ts';
import { merge } from '../links/link-condition.ts';
import { Turns } from '../watch/turns.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';

const none: ReadonlySet<string> = new Set();

/**
 * Brings each directed link to what all faults that are active on it make of it together. One change of a link after the
 * other, as they were asked: a heal under way beside an inject would take away what the inject found in place.
 */
export class LinksDriver implements FamilyDriver {
  readonly #victims: readonly Victim[];
  readonly #turns = new Turns();

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  async inject({ targets }: ScheduledFault, active: readonly ScheduledFault[]): Promise<void> {
    await this.bringTo(targets, active, none);
  }

  async heal(
    { targets }: ScheduledFault,
    active: readonly ScheduledFault[],
    ended: ReadonlySet<string> = none,
  ): Promise<void> {
    await this.bringTo(targets, active, ended);
  }

  async bringTo(
    links: readonly string[],
    active: readonly ScheduledFault[],
    ended: ReadonlySet<string>,
  ): Promise<void> {
    await allDone(
      links.map(async (link) => this.#turns.take([link], async () => this.#bring(link, active, ended))),
    );
  }

  async #bring(link: string, active: readonly ScheduledFault[], ended: ReadonlySet<string>): Promise<void> {
    const [from = '', to = ''] = nodesOf(link);
    const sender = victimNamed(this.#victims, from);
    const receiver = victimNamed(this.#victims, to);
    const on = active.filter(({ targets }) => targets.includes(link)).map(({ fault }) => fault);
    const condition = merge(on.filter(isLinkFault));
    const classNumber = 1 + this.#victims.indexOf(receiver);
    await allDone([
      ...(ended.has(to) ? [] : [receiver.links.incoming(sender.address, condition)]),
      ...(ended.has(from) ? [] : [sender.links.outgoing(receiver.address, classNumber, condition)]),
    ]);
  }
}
