import { reach, type JitterDistribution } from '../../../infra/spec/faults/jitter-distribution.ts';
import type { Scaffolding } from '../side-car/scaffolding.ts';
import { chainOf, type Bursts } from './link-bursts.ts';
import { heldMs, type Cut, type LinkCondition } from './link-condition.ts';

/** NFQUEUE number in each node's own namespace, and the tc handle that marks a qdisc as ours. */
export const queueNumber = 47;
const handle = '504d';
const device = 'eth0';

/** What makes one link be as asked: commands at the receiving and at the sending end. */
export interface LinkCommands {
  readonly undo: readonly (readonly string[])[];
  readonly do: readonly (readonly string[])[];
}

/**
 * Everything of ours in nftables is in tables of our own. Each is made whole or not at all, and never where there is one of
 * that name; it goes only together with a chain that is ours, so that one which somebody else made would stay.
 */
const ownChain = 'understudy';

function ownTable(
  family: 'ip' | 'inet',
  name: string,
  hook: readonly string[],
  inside: {
    readonly before?: readonly (readonly string[])[];
    readonly rules: readonly (readonly string[])[];
  },
): LinkCommands {
  const table = [family, `understudy_${name}`];
  const chain = [...table, ownChain];
  return {
    undo: [['nft', 'delete', 'chain', ...chain, ';', 'delete', 'table', ...table]],
    do: [
      [
        ...['nft', 'create', 'table', ...table],
        ...(inside.before ?? []).flatMap((words) => [';', 'add', ...words]),
        ...[';', 'add', 'chain', ...chain, '{', 'type', 'filter', 'hook', ...hook, ';', '}'],
        ...inside.rules.flatMap((rule) => [';', 'add', 'rule', ...chain, ...rule]),
      ],
    ],
  };
}

const shaper = ['ip', 'understudy_shape'] as const;
const shapedSources = 'sources';

const emptyShaper = ownTable('ip', 'shape', ['input', 'priority', 'mangle'], {
  before: [['set', ...shaper, shapedSources, '{', 'type', 'ipv4_addr', ';', '}']],
  rules: [],
});

/** Hands what comes from some addresses, none yet, to the shaper; with its bypass, packets pass when the shaper is gone. */
export const shaperTable: LinkCommands = {
  undo: emptyShaper.undo,
  do: [...emptyShaper.do, ['queuerule', shaper[1], ownChain, shapedSources, String(queueNumber)]],
};

/** What a fingerprint shows of it while it shapes nothing. */
export const shaperScaffolding: Scaffolding = {
  come: [
    /^rule table ip understudy_shape \{$/,
    /^rule set sources \{$/,
    /^rule type ipv4_addr$/,
    /^rule chain understudy \{$/,
    /^rule type filter hook input priority mangle; policy accept;$/,
    new RegExp(`^rule ip saddr @sources queue num ${queueNumber} bypass$`),
  ],
  gone: [],
};

/** Hands what comes from `address` to the shaper. */
export function shapedFrom(address: string): LinkCommands {
  return elementOf(shaper, shapedSources, address);
}

const cutter = ['inet', 'understudy_cut'] as const;
const cutSources = 'sources';

/**
 * Drops all that comes from some addresses, none yet: where it arrives, silent for the sender. One table for them all: a chain
 * of its own for each costs the kernel ten times what an element does, when it comes and again when it goes.
 */
export const cutTable = ownTable(cutter[0], 'cut', ['input', 'priority', '-300'], {
  before: [['set', ...cutter, cutSources, '{', 'type', 'ipv4_addr', ';', 'counter', ';', '}']],
  rules: [['ip', 'saddr', `@${cutSources}`, 'drop']],
});

/** What a fingerprint shows of it while it drops nothing. */
export const cutScaffolding: Scaffolding = {
  come: [
    /^rule table inet understudy_cut \{$/,
    /^rule set sources \{$/,
    /^rule type ipv4_addr$/,
    /^rule counter$/,
    /^rule chain understudy \{$/,
    /^rule type filter hook input priority raw; policy accept;$/,
    /^rule ip saddr @sources drop$/,
  ],
  gone: [],
};

/** One direction only. */
export function cutFrom(address: string, cuts: readonly Cut[]): LinkCommands {
  return isWholly(cuts) ? elementOf(cutter, cutSources, address) : partlyCutFrom(address, cuts);
}

/** Pure: of all that comes, whatever else is named beside it. */
export function isWholly(cuts: readonly Cut[]): boolean {
  return cuts.includes('all');
}

function elementOf(table: readonly string[], set: string, address: string): LinkCommands {
  const element = ['element', ...table, set, '{', address, '}'];
  return { undo: [['nft', 'delete', ...element]], do: [['nft', 'add', ...element]] };
}

/** Nobody else's packets are looked at. */
function partlyCutFrom(address: string, cuts: readonly Cut[]): LinkCommands {
  return ownTable('inet', `cut_${address.replaceAll('.', '_')}`, ['input', 'priority', '-300'], {
    rules: cuts.flatMap(matchesOf).map((match) => ['ip', 'saddr', address, ...match, 'counter', 'drop']),
  });
}

/** A port is that of whoever serves there, at either end: what goes to it and what comes from it. */
function matchesOf(cut: Cut): readonly (readonly string[])[] {
  if (cut === 'all') return [[]];
  const { protocol, port } = cut;
  if (port === undefined) return [['meta', 'l4proto', protocol]];
  return ['dport', 'sport'].map((end) => [protocol, end, String(port)]);
}

/** So many chances are drawn from: a ratio is rounded to a millionth. */
const chances = 1_000_000;

/** Sends some of what leaves for `address` twice. Which of them is the kernel's own choice: it does not replay. */
export function duplicatedTo(address: string, ratio: number): LinkCommands {
  const chosen = ['numgen', 'random', 'mod', String(chances), '<', String(Math.round(ratio * chances))];
  return ownTable('ip', `copy_${address.replaceAll('.', '_')}`, ['output', 'priority', '0'], {
    rules: [['ip', 'daddr', address, ...chosen, 'counter', 'dup', 'to', address]],
  });
}

/** The root that all classes below hang from; what has no class stays unshaped (htb default 0). It goes by its handle. */
export const classRoot: LinkCommands = {
  undo: [['tc', 'qdisc', 'del', 'dev', device, 'root', 'handle', `${handle}:`]],
  do: [['rootqdisc', device, `${handle}:`]],
};

/** What a fingerprint shows of it without classes: it stands where the device's own root was. */
export const classScaffolding: Scaffolding = {
  come: [new RegExp(`^qdisc qdisc htb ${handle}: dev ${device} root `)],
  gone: [new RegExp(`^qdisc qdisc \\S+ \\S+ dev ${device} root `)],
};

/** A class of its own for one destination, no faster than so. */
export function ratedTo(address: string, classNumber: number, rateMbit: number): LinkCommands {
  // 10 ms of the rate, and never less than two full packets: a larger burst would falsify short measurements.
  const burst = Math.max(3028, Math.round((rateMbit * 1e6 * 0.01) / 8));
  return classTo(address, classNumber, ['rate', `${rateMbit}mbit`, ...burstsOf(burst)]);
}

/**
 * A class may send what both of its buckets hold, of its rate and of its ceiling, which is the same rate. tc's own bucket for a
 * ceiling is one packet, of 40 Gbit/s none: then all that a timer comes late is lost, or every packet waits for one.
 */
function burstsOf(bytes: number): readonly string[] {
  return ['burst', `${bytes}b`, 'cburst', `${bytes}b`];
}

function classTo(address: string, classNumber: number, htb: readonly string[]): LinkCommands {
  const id = `${handle}:${classNumber.toString(16)}`;
  return {
    undo: [
      ['tc', 'filter', 'del', 'dev', device, 'parent', `${handle}:`, 'prio', String(classNumber)],
      ['tc', 'class', 'del', 'dev', device, 'classid', id],
    ].reverse(),
    do: [
      ['tc', 'class', 'add', 'dev', device, 'parent', `${handle}:`, 'classid', id, 'htb', ...htb],
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

/** netem has one way of losing at a time, and loses all of what it calls bad unless it is told otherwise. */
function burstWords(bursts: Bursts): readonly string[] {
  const { enter, leave } = chainOf(bursts);
  return ['loss', 'gemodel', ...[enter, leave].map((chance) => `${Number((chance * 100).toFixed(4))}%`)];
}

/** By the name of its table in iproute2; uniform is what netem draws without one. */
function distributionWords(distribution: JitterDistribution): readonly string[] {
  return distribution === 'uniform' ? [] : ['distribution', distribution];
}

/** Faster than any link between containers of one host: a class that only carries netem. */
const unlimitedMbit = 40_000;
/** Its quantum is a few packets: what tc takes at this rate makes the kernel warn. */
const unlimited = ['rate', `${unlimitedMbit}mbit`, ...burstsOf(50_000_000), 'quantum', '60000'];
const packetBytes = 1500;

/**
 * Delay, jitter and loss by netem, for kernels without NFQUEUE: below a class of its own for one destination, so that
 * others are not touched. Its queue holds what the link carries while packets are held, twice over: the default of 1000
 * packets turns delay into loss.
 */
export function emulatedTo(address: string, classNumber: number, condition: LinkCondition): LinkCommands {
  const { jitterMs, distribution, lossRatio, bursts, rateMbit } = condition;
  const delayMs = heldMs(condition);
  const below =
    rateMbit === null ? classTo(address, classNumber, unlimited) : ratedTo(address, classNumber, rateMbit);
  const { later, median } = reach[distribution];
  const heldMost = delayMs + (median + later) * jitterMs;
  const bytesHeld = ((rateMbit ?? unlimitedMbit) * 1e6 * heldMost) / 1000 / 8;
  const limit = 1000 + Math.ceil((2 * bytesHeld) / packetBytes);
  const netem = [
    ...['netem', 'limit', String(limit)],
    ...(delayMs > 0 ? ['delay', `${Number(delayMs.toFixed(3))}ms`] : []),
    ...(jitterMs > 0 ? [`${jitterMs}ms`, ...distributionWords(distribution)] : []),
    ...(bursts !== null ? burstWords(bursts) : lossRatio > 0 ? ['loss', `${lossRatio * 100}%`] : []),
  ];
  const parent = `${handle}:${classNumber.toString(16)}`;
  return {
    undo: below.undo, // a class takes what hangs from it along
    do: [...below.do, ['tc', 'qdisc', 'add', 'dev', device, 'parent', parent, ...netem]],
  };
}
