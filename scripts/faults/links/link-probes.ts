import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { linkText } from '../../../infra/plan/target.ts';
import type { Fault } from '../../../infra/spec/fault.ts';
import type { NodeAccess } from '../../nodes/node.ts';
import { allDone } from '../../all-done.ts';
import { checked, Listener } from './listener.ts';

/** What arrived over one directed link, measured inside the receiving node's network namespace. */
export interface LinkSample {
  readonly sent: number;
  /** Each once. */
  readonly received: number;
  /** What came of them beyond that. */
  readonly copies: number;
  /** Came after one that was sent later. */
  readonly overtaken: number;
  /** How often some in a row were lost between two that came, and how many were lost so. */
  readonly lossRuns: number;
  readonly lostInRuns: number;
  /** Of all that came. */
  readonly corrupted: number;
  readonly delaysMs: readonly number[];
  /** bit/s that arrived in the middle of a flood, as a link counts (Ethernet's header included). NaN where too little did. */
  readonly bitsPerSecond: number;
}

/** A link that was not looked at, or that nothing came over. */
export const noProbes: LinkSample = {
  ...{ sent: 0, received: 0, copies: 0, overtaken: 0, corrupted: 0, lossRuns: 0, lostInRuns: 0 },
  delaysMs: [],
  bitsPerSecond: NaN,
};

export interface ProbePoint {
  readonly node: string;
  readonly address: string;
  readonly sideCar: NodeAccess;
}

/**
 * A port for each measurement: two of them at one time must not hear each other. Below those that the kernel gives to
 * whoever asks for any (from 32768 on): one of these may be taken.
 */
const ports = { first: 27_011, count: 1000 } as const;
let measurements = 0;
/** Probes between nodes, floods among them, for who looks at their traffic: all of it but that. */
export const allButProbes = `not udp portrange ${ports.first}-${ports.first + ports.count - 1}`;
const nextPort = (): string => String(ports.first + (measurements++ % ports.count));

/** How long listeners go on after a flood: its middle is what counts. */
const floodSettleMs = 100;
const packetBytes = 1200;
const floodPacketBits = packetBytes * 8;
/** A slow link is flooded for longer: of fewer packets than this in one flood, each would count for too much. */
const thoroughFlood = { leastMs: 600, leastPackets: 120 };

const Line = z.object({
  from: z.string(),
  received: z.number(),
  copies: z.number(),
  overtaken: z.number(),
  corrupted: z.number(),
  lossRuns: z.number(),
  lostInRuns: z.number(),
  middleBytes: z.number(),
  middleUs: z.number(),
  delaysUs: z.array(z.number()),
});

export interface Probing {
  readonly count: number;
  readonly everyUs: number;
  /** How long a probe may be under way: the listeners go on for so long after the last one was sent. */
  readonly settleMs: number;
}

/** Probes over these links, or every ordered pair of `points`, all at once. Keys are `a->b`. */
export async function probeLinks(
  points: readonly ProbePoint[],
  links: ReadonlySet<string> | 'all',
  { count, everyUs, settleMs }: Probing,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, LinkSample>> {
  const port = nextPort();
  const isProbed = (from: string, to: string): boolean =>
    from !== to && (links === 'all' || links.has(linkText(from, to)));
  const ends = points.filter((one) =>
    points.some((other) => isProbed(one.node, other.node) || isProbed(other.node, one.node)),
  );
  const samples = await listening(ends, { port, sent: count, settleMs, signal }, async () => {
    await Promise.all(
      ends.map(async ({ node, sideCar }) => {
        const others = ends.filter((one) => isProbed(node, one.node)).map(({ address }) => address);
        if (others.length === 0) return;
        await checked(
          sideCar,
          ['linkprobe', 'send', port, String(count), String(everyUs), ...others],
          signal,
        );
      }),
    );
  });
  return links === 'all' ? samples : new Map([...samples].filter(([link]) => links.has(link)));
}

/** Two measurements of the same links as one. */
export function pooled(
  first: ReadonlyMap<string, LinkSample>,
  second: ReadonlyMap<string, LinkSample>,
): ReadonlyMap<string, LinkSample> {
  return new Map(
    [...first].map(([link, a]) => {
      const b = second.get(link);
      if (b === undefined) return [link, a];
      const sum = {
        sent: a.sent + b.sent,
        received: a.received + b.received,
        copies: a.copies + b.copies,
        overtaken: a.overtaken + b.overtaken,
        corrupted: a.corrupted + b.corrupted,
        lossRuns: a.lossRuns + b.lossRuns,
        lostInRuns: a.lostInRuns + b.lostInRuns,
      };
      return [link, { ...a, ...sum, delaysMs: [...a.delaysMs, ...b.delaysMs] }];
    }),
  );
}

/**
 * How fast each of these directed links is: one after the other every node floods each other one, in step, so that hardly
 * any link is measured while another one of the same sender or receiver is. Links that nobody asks about stay quiet: an
 * unlimited flood takes the processor away from those that are measured.
 */
export async function measureRates(
  points: readonly ProbePoint[],
  links: ReadonlySet<string>,
  floodMs: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, LinkSample>> {
  const port = nextPort();
  const flood = (from: ProbePoint, to: ProbePoint): Promise<void> =>
    checked(
      from.sideCar,
      ['linkprobe', 'flood', port, to.address, String(packetBytes), String(floodMs)],
      signal,
    );
  const samples = await listening(points, { port, sent: 0, settleMs: floodSettleMs, signal }, async () => {
    for (let shift = 1; shift < points.length; shift += 1) {
      await Promise.all(
        points.map(async (from, index) => {
          const to = points[(index + shift) % points.length];
          if (to !== undefined && links.has(linkText(from.node, to.node))) await flood(from, to);
        }),
      );
    }
  });
  return new Map([...samples].filter(([link, { received }]) => links.has(link) && received > 0));
}

/** Pure: for how long these faults have links flooded, ms; null: for none of them. */
export function floodMsFor(faults: readonly Fault[]): number | null {
  const rates = faults.flatMap((fault) => (fault.kind === 'network.rate' ? [fault.rateMbit * 1e6] : []));
  if (rates.length === 0) return null;
  const { leastMs, leastPackets } = thoroughFlood;
  const packetsMs = (leastPackets * floodPacketBits * 1000) / Math.min(...rates);
  return Math.round(Math.max(leastMs, packetsMs));
}

interface Listening {
  readonly port: string;
  readonly sent: number;
  readonly settleMs: number;
  readonly signal: AbortSignal;
}

async function listening(
  points: readonly ProbePoint[],
  { port, sent, settleMs, signal }: Listening,
  work: () => Promise<void>,
): Promise<ReadonlyMap<string, LinkSample>> {
  const listeners = points.map((point) => new Listener(point, ['linkprobe', 'listen', port], signal));
  try {
    await allDone(listeners.map(async (one) => one.begin()));
    await work();
    await delay(settleMs, undefined, { signal }); // the slowest probe under way must still count: no condition to be seen
    const samples = new Map<string, LinkSample>();
    for (const listener of listeners) {
      const lines = (await listener.heard()).map((line) => Line.parse(JSON.parse(line)));
      for (const from of points.filter(({ node }) => node !== listener.node)) {
        const line = lines.find((one) => one.from === from.address);
        samples.set(linkText(from.node, listener.node), sampleOf(line, sent));
      }
    }
    return samples;
  } finally {
    for (const one of listeners) one.close();
  }
}

function sampleOf(line: z.infer<typeof Line> | undefined, sent: number): LinkSample {
  if (line === undefined) return { ...noProbes, sent };
  const { received, copies, overtaken, corrupted, lossRuns, lostInRuns } = line;
  return {
    ...{ sent, received, copies, overtaken, corrupted, lossRuns, lostInRuns },
    delaysMs: line.delaysUs.map((us) => us / 1000),
    // Nothing in the middle, but for bursts at both ends: the receiver did not get to the processor, and no rate was seen.
    bitsPerSecond: line.middleBytes > 0 ? (line.middleBytes * 8 * 1e6) / line.middleUs : NaN,
  };
}
