import {
  changesBetween,
  countersFile,
  type CountedChange,
  type KernelCounts,
} from '../evidence/kernel-counts.ts';
import { fileLink } from './file-link.ts';
import { markup, type Markup } from './markup.ts';
import { counted, thousands } from './quantity.ts';

/** What tells of losses, refusals and limits, by the kernel's own names; all else is traffic. */
const telling =
  /Retrans|Timeout|Rst|Reset|Abort|Fail|Err|Drop|Discard|Overflow|Lost|Loss|Unreach|NoRoute|NoPorts|\.drop|\.errs|oomKills|limitHits|throttled|conntrack/;

/** Pure: what the kernels of nodes counted while one fault was there; null where nobody read it. At most `room` counters. */
export function kernelPart(counts: readonly KernelCounts[], room: number): Markup | null {
  if (counts.length === 0) return null;
  const nodes = [...Map.groupBy(counts, ({ node }) => node)]
    .map(([node, of]) => seenOn(node, of))
    .sort((a, b) => Number(b.isTarget) - Number(a.isTarget) || b.tellingFirst.length - a.tellingFirst.length);
  const each = Math.max(6, Math.floor(room / Math.min(nodes.length, maxNodes)));
  const shown = nodes.slice(0, maxNodes);
  const [targets, beside] = [shown.filter((one) => one.isTarget), shown.filter((one) => !one.isTarget)];
  return markup`<details><summary>what the kernel counted, on ${counted(nodes.length, 'node')}</summary>
<p class="soft">Counters of each node at both ends of the fault, and by how much they differ; those of losses and limits first. They are no part of a receipt, and our own probes are among the traffic.${shown.length < nodes.length ? markup` ${shown.length} of ${nodes.length} nodes.` : null} All are in ${fileLink(countersFile)}.</p>
${targets.length === 0 ? null : markup`<dl class="facts">${targets.map((one) => onNode(one, each))}</dl>`}
${beside.length === 0 ? null : markup`<details><summary>on ${counted(beside.length, 'node')} beside</summary><dl class="facts">${beside.map((one) => onNode(one, each))}</dl></details>`}</details>`;
}

const maxNodes = 6;

interface Seen {
  readonly node: string;
  readonly isTarget: boolean;
  readonly tellingFirst: readonly CountedChange[];
  /** What there is to say beside the numbers, or instead of them. */
  readonly words: string;
}

function seenOn(node: string, counts: readonly KernelCounts[]): Seen {
  const begin = counts.find(({ moment }) => moment === 'begin');
  const end = counts.findLast(({ moment }) => moment === 'end');
  const isTarget = counts.some((one) => one.isTarget);
  const nothing = { node, isTarget, tellingFirst: [] };
  const absent = [begin, end].map((one) => one?.absent ?? '').filter((why) => why !== '');
  if (absent.length > 0) return { ...nothing, words: `not read: ${absent.join('; ')}` };
  if (begin === undefined || end === undefined)
    return { ...nothing, words: `not read when it ${begin === undefined ? 'began' : 'ended'}` };
  const { changes, isAnew } = changesBetween(begin.counts, end.counts);
  const [first, rest] = [changes.filter(isTelling), changes.filter((one) => !isTelling(one))];
  const words = isAnew ? 'since it started anew' : changes.length === 0 ? 'nothing' : '';
  return { node, isTarget, tellingFirst: [...first, ...rest], words };
}

function isTelling({ name }: CountedChange): boolean {
  return telling.test(name);
}

function onNode({ node, tellingFirst, words }: Seen, room: number): Markup {
  const shown = tellingFirst.slice(0, room);
  const more = tellingFirst.length - shown.length;
  return markup`<div><dt>${node}</dt><dd>${words} ${shown.map((one) => markup`<small>${one.name} ${one.by > 0 ? '+' : '−'}${thousands(Math.abs(one.by))}</small> `)}${more > 0 ? markup`<small>and ${more} more</small>` : null}</dd></div>\n`;
}
