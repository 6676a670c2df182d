import type { Hold } from './hold.ts';
import type { LinkCondition } from './link-condition.ts';

/** NFQUEUE number in each node's own namespace, and the tc handle that marks a qdisc as ours. */
const queueNumber = 47;
const handle = '504d';
const shaperId = 'shaper';
const rateId = 'rate';
const device = 'eth0';

/** What makes one link be as asked: commands at the receiving and at the sending end. */
export interface LinkCommands {
  readonly undo: readonly (readonly string[])[];
  readonly do: readonly (readonly string[])[];
}

/** Hands what comes from `address` to the shaper; with its bypass, packets pass when the shaper is gone. */
export function shapedFrom(address: string): LinkCommands {
  const rule = [
    'INPUT',
    '-s',
    address,
    '-j',
    'NFQUEUE',
    '--queue-num',
    String(queueNumber),
    '--queue-bypass',
  ];
  return {
    undo: [['iptables', '-w', '-t', 'mangle', '-D', ...rule]],
    do: [['iptables', '-w', '-t', 'mangle', '-A', ...rule]],
  };
}

/** One direction only, dropped where it arrives: silent for the sender, and nobody else's packets are looked at. */
export function cutFrom(address: string): LinkCommands {
  const table = ['inet', `understudy_cut_${address.replaceAll('.', '_')}`];
  return {
    undo: [['nft', 'delete', 'table', ...table]],
    do: [
      ['nft', 'add', 'table', ...table],
      [
        'nft',
        'add',
        'chain',
        ...table,
        'in',
        '{',
        'type',
        'filter',
        'hook',
        'input',
        'priority',
        '-300',
        ';',
        '}',
      ],
      ['nft', 'add', 'rule', ...table, 'in', 'ip', 'saddr', address, 'counter', 'drop'],
    ],
  };
}

/** A class of its own for one destination; all other traffic stays unshaped (htb default 0). */
export function ratedTo(address: string, classNumber: number, rateMbit: number): LinkCommands {
  const id = `${handle}:${classNumber.toString(16)}`;
  // 10 ms of the rate, and never less than two full packets: a larger burst would falsify short measurements.
  const burst = Math.max(3028, Math.round((rateMbit * 1e6 * 0.01) / 8));
  return {
    undo: [
      ['tc', 'filter', 'del', 'dev', device, 'parent', `${handle}:`, 'prio', String(classNumber)],
      ['tc', 'class', 'del', 'dev', device, 'classid', id],
    ].reverse(),
    do: [
      [
        'tc',
        'class',
        'add',
        'dev',
        device,
        'parent',
        `${handle}:`,
        'classid',
        id,
        'htb',
        'rate',
        `${rateMbit}mbit`,
        'burst',
        `${burst}b`,
      ],
      [
        'tc',
        'filter',
        'add',
        'dev',
        device,
        'parent',
        `${handle}:`,
        'protocol',
        'ip',
        'prio',
        String(classNumber),
        'u32',
        'match',
        'ip',
        'dst',
        `${address}/32`,
        'flowid',
        id,
      ],
    ],
  };
}

/** The links that end or begin at one node, through its lease. One change never lifts another. */
export class LinkDriver {
  readonly #hold: Hold;
  readonly #seed: number;
  readonly #applied = new Map<string, LinkCondition>();
  #shaping: Promise<void> | null = null;
  #rating: Promise<void> | null = null;

  constructor(hold: Hold, seed: number) {
    this.#hold = hold;
    this.#seed = seed;
  }

  /** Makes what arrives from `address` be delayed, lost or cut as `condition` says. */
  async incoming(address: string, condition: LinkCondition): Promise<void> {
    const { delayMs, jitterMs, lossRatio, cut } = condition;
    await this.#toggle(`cut-${address}`, cutFrom(address), cut, condition);
    const shaped = delayMs > 0 || jitterMs > 0 || lossRatio > 0;
    if (shaped) {
      await (this.#shaping ??= this.#startShaper());
      const orders = [delayMs * 1000, jitterMs * 1000, lossRatio * 1e6].map((number) =>
        String(Math.round(number)),
      );
      await this.#hold.tell(shaperId, ['set', address, ...orders]);
    }
    await this.#toggle(`shape-${address}`, shapedFrom(address), shaped, condition);
    if (!shaped && this.#shaping !== null) await this.#hold.tell(shaperId, ['clear', address]);
  }

  /** Makes what leaves for `address` no faster than asked. */
  async outgoing(address: string, classNumber: number, { rateMbit, ...rest }: LinkCondition): Promise<void> {
    if (rateMbit !== null) await (this.#rating ??= this.#startRating());
    await this.#toggle(`rate-${address}`, ratedTo(address, classNumber, rateMbit ?? 0), rateMbit !== null, {
      ...rest,
      rateMbit,
    });
  }

  /** Ends the shaper and the root qdisc when no link needs them any more. */
  async release(): Promise<void> {
    if (this.#shaping !== null) await this.#hold.heal(shaperId);
    if (this.#rating !== null) await this.#hold.heal(rateId);
    this.#shaping = null;
    this.#rating = null;
  }

  async #toggle(
    id: string,
    commands: LinkCommands,
    wanted: boolean,
    condition: LinkCondition,
  ): Promise<void> {
    const before = this.#applied.get(id);
    if (before !== undefined && (!wanted || before.rateMbit !== condition.rateMbit)) {
      await this.#hold.heal(id);
      this.#applied.delete(id);
    }
    if (!wanted || this.#applied.has(id)) return;
    this.#applied.set(id, condition);
    for (const argv of commands.undo) await this.#hold.undo(id, argv);
    for (const argv of commands.do) await this.#hold.do(argv);
  }

  async #startShaper(): Promise<void> {
    // iptables makes the table on first use and leaves it behind, empty: not as before, so it goes too.
    await this.#hold.undo(shaperId, ['nft', 'delete', 'table', 'ip', 'mangle']);
    await this.#hold.start(shaperId, ['linkshape', String(queueNumber), String(this.#seed)]);
  }

  async #startRating(): Promise<void> {
    await this.#hold.undo(rateId, ['tc', 'qdisc', 'del', 'dev', device, 'root']);
    await this.#hold.do([
      'tc',
      'qdisc',
      'add',
      'dev',
      device,
      'root',
      'handle',
      `${handle}:`,
      'htb',
      'default',
      '0',
    ]);
  }
}
