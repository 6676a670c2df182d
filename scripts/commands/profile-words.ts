import { assertNever } from '../../infra/errors.ts';
import type { Fault, Profile } from '../../infra/spec/fault.ts';
import { eventWords } from '../../infra/spec/faults/event.ts';
import type { LinkTarget, NetworkShape, NodeTarget } from '../../infra/spec/faults/targets.ts';
import type { Latency } from '../../infra/spec/latency.ts';
import type { Monkey } from '../../infra/spec/monkey.ts';

/** Pure: a profile as a person reads it, a line for each of its faults. */
export function profileWords({ name, description, faults, latency, monkey }: Profile): string {
  const lines = [
    ...faults.map(faultWords),
    ...(latency === undefined ? [] : latencyWords(latency)),
    ...(monkey === undefined ? [] : [monkeyWords(monkey)]),
  ];
  return [name, `  ${description}`, ...lines.map((line) => `  - ${line}`)].join('\n');
}

function monkeyWords({ faults, kinds, everyMs, lastsMs, atOnce, spare }: Monkey): string {
  const left = spare.length === 0 ? '' : `, sparing ${spare.join(', ')}`;
  return `monkey: ${faults} faults of ${kinds.join(', ')} that the seed picks, every ${spanWords(everyMs)}, for ${spanWords(lastsMs)}, ${atOnce} at once, never on the last node of a role${left}`;
}

/** Pure: what, with which values, on what, and when. */
export function faultWords(fault: Fault): string {
  const { kind, name } = fault;
  return `${name}: ${[kind, ...valuesOf(fault)].join(' ')}, on ${targetWords(fault)}, ${timeWords(fault)}`;
}

/** A line for each value of the table. */
function latencyWords({ groups, delayMs }: Latency): readonly string[] {
  const of = (group: string): string => `${group} (${(groups[group] ?? []).join(', ')})`;
  return Object.entries(delayMs).flatMap(([from, row]) =>
    Object.entries(row).map(([to, ms]) => {
      const isOneWay = from !== to && delayMs[to]?.[from] !== undefined;
      return `latency: delayMs ${ms}, on links ${of(from)} ${isOneWay ? '->' : '<->'} ${of(to)}, during the whole run`;
    }),
  );
}

const common: ReadonlySet<string> = new Set(['kind', 'name', 'on', 'from', 'untilMs', 'lastsMs', 'again']);

/** By the names that they have in the file: these are what somebody would change. */
function valuesOf(fault: Fault): readonly string[] {
  return Object.entries(fault)
    .filter(([key]) => !common.has(key))
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
}

function targetWords({ on }: Fault): string {
  if ('links' in on) return linkWords(on.links);
  if ('disks' in on) {
    const none = on.ifAny === true ? ', if there are any' : '';
    if (on.disks === 'all') return `all disks${none}`;
    const disks = on.disks.map(({ path, ...choice }) => `${path ?? 'all disks'} of ${choiceWords(choice)}`);
    return `${disks.join(' and ')}${none}`;
  }
  if ('units' in on)
    return on.units
      .map(({ unit, ...choice }) => `${unit ?? 'all units'} of ${choiceWords(choice)}`)
      .join(' and ');
  if ('dependencies' in on)
    return on.dependencies
      .map(({ name, route, port }) => {
        const part = port === undefined ? (route ?? 'all routes') : `port ${port}`;
        return `${part} of ${name === '*' ? 'all dependencies' : name}`;
      })
      .join(' and ');
  if ('nodes' in on) return on.nodes.map(choiceWords).join(' and ');
  return assertNever(on);
}

function linkWords(target: LinkTarget): string {
  if (target === 'all') return 'all links';
  if ('shape' in target) {
    const { shape, among, count, way } = target;
    const seen = { both: '', in: ' (what comes to them)', out: ' (what leaves them)' }[way];
    return `links: ${shapes[shape](nodesWords(among), count)}${seen}`;
  }
  const any = (node: string): string => (node === '*' ? 'any node' : node);
  return `links ${target.map(({ from, to, both }) => `${any(from)} ${both ? '<->' : '->'} ${any(to)}`).join(' and ')}`;
}

const shapes = {
  isolate: (nodes, count) => `those of ${count} of ${nodes}`,
  minority: (nodes) => `those between a minority of ${nodes} and the rest`,
  halves: (nodes) => `those between two halves of ${nodes}`,
  bridge: (nodes) => `those between two halves of ${nodes}, but for one node that sees both`,
  ring: (nodes) => `all of ${nodes} but each one's to its two neighbours`,
} satisfies Record<NetworkShape['shape'], (nodes: string, count: number) => string>;

function nodesWords(node: string): string {
  return node === '*' ? 'all nodes' : node;
}

function choiceWords({ node, count, percent, skip }: NodeTarget[number]): string {
  const of = `${nodesWords(node)}${skip === undefined ? '' : `, beyond the first ${skip}`}`;
  if (count !== undefined) return `${count} of ${of}`;
  return percent === undefined ? of : `${percent} % of ${of}`;
}

function timeWords({ from, untilMs, lastsMs, again }: Fault): string {
  if (from === undefined) return 'during the whole run';
  const ends =
    lastsMs !== undefined
      ? `, for ${spanWords(lastsMs)}`
      : untilMs !== undefined
        ? `, until ${seconds(untilMs)} s`
        : ', until the suites end';
  const times = again === undefined ? '' : `, ${again.times} times, every ${spanWords(again.everyMs)}`;
  if (!('event' in from)) return `beginning at ${spanWords(from)}${ends}${times}`;
  const later = from.thenMs[1] === 0 ? '' : ` ${spanWords(from.thenMs)} after`;
  return `beginning${later === '' ? ' when' : `${later} the moment when`} ${eventWords(from.event)}${ends}`;
}

function spanWords([first, last]: readonly [number, number]): string {
  return first === last ? `${seconds(first)} s` : `${seconds(first)} to ${seconds(last)} s`;
}

function seconds(ms: number): string {
  return String(ms / 1000);
}
