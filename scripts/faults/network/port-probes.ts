import { setTimeout as delay } from 'node:timers/promises';
import { linkText } from '../../../infra/plan/target.ts';
import type { Traffic } from '../../../infra/spec/faults/network.ts';
import { allDone } from '../../all-done.ts';
import type { ProbePoint } from '../links/link-probes.ts';
import { checked, Listener } from '../links/listener.ts';

/** What arrived over one directed link of the traffic that a fault is on, and of what is next to it. */
export interface PortSample {
  /** On each lane. */
  readonly sent: number;
  /** Of each lane of that traffic, how many arrived. */
  readonly met: readonly number[];
  /** Of each lane beside it: the port next to it, and the other protocols. */
  readonly spared: readonly number[];
}

/** Packets of one protocol from a port to a port. */
interface Lane {
  readonly protocol: Traffic['protocol'];
  readonly from: number;
  readonly to: number;
}

/** Many enough that a lane which loses most of what it carries is not taken for a cut one. */
export const portProbing = { count: 60, everyUs: 2000 } as const;
/** Nobody listens there, or it would not matter: a port that the kernel gives to those who ask for any. */
const anyPort = 40_961;
const protocols = ['tcp', 'udp', 'icmp'] as const;
let measurements = 0;

/** How traffic is named beside others. */
export function trafficText({ protocol, port }: Traffic): string {
  return port === undefined ? protocol : `${protocol} port ${port}`;
}

/** Pure: to its port and from it; beside it the same of the port next to it, of the other protocols, or both. */
export function lanesOf({ protocol, port }: Traffic): {
  readonly met: readonly Lane[];
  readonly spared: readonly Lane[];
} {
  const lanes = (of: Traffic['protocol'], to: number): readonly Lane[] =>
    of === 'icmp'
      ? [{ protocol: of, from: 0, to: 0 }]
      : [
          { protocol: of, from: anyPort, to },
          { protocol: of, from: to, to: anyPort },
        ];
  const others = protocols
    .filter((one) => one !== protocol)
    .flatMap((one) => lanes(one, port ?? anyPort + 1));
  const next = port === undefined ? [] : lanes(protocol, port === 65_535 ? port - 1 : port + 1);
  return { met: lanes(protocol, port ?? anyPort + 1), spared: [...next, ...others] };
}

/** Pure: all of it is held back. */
export function isCut({ met }: PortSample): boolean {
  return met.every((count) => count === 0);
}

/** Pure: none of it is. */
export function isThrough({ met, spared }: PortSample): boolean {
  return [...met, ...spared].every((count) => count > 0);
}

/** Over these links; keys are `a->b`. Counted where they arrive, behind all rules of the receiver. */
export async function probePorts(
  points: readonly ProbePoint[],
  links: ReadonlySet<string>,
  traffic: Traffic,
  settleMs: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PortSample>> {
  measurements += 1;
  const tag = String(measurements);
  const { met, spared } = lanesOf(traffic);
  const lanes = [...met, ...spared];
  const words = lanes.map(({ protocol, from, to }) => `${protocol}:${from}:${to}`);
  const receivers = points.filter(({ node }) => points.some((from) => links.has(linkText(from.node, node))));
  const listeners = receivers.map(
    (point) => new Listener(point, ['portprobe', 'listen', tag, String(lanes.length)], signal),
  );
  try {
    await allDone(listeners.map(async (one) => one.begin()));
    await Promise.all(
      points.map(async ({ node, sideCar }) => {
        const to = receivers.filter((one) => links.has(linkText(node, one.node)));
        if (to.length === 0) return;
        const asked = [tag, String(portProbing.count), String(portProbing.everyUs), ...words];
        const addresses = to.map(({ address }) => address);
        await checked(sideCar, ['portprobe', 'send', ...asked, '--', ...addresses], signal);
      }),
    );
    await delay(settleMs, undefined, { signal }); // as with other probes: what is under way must still count
    const samples = new Map<string, PortSample>();
    for (const listener of listeners) {
      const heard = countsOf(await listener.heard());
      for (const { node, address } of points) {
        const link = linkText(node, listener.node);
        if (!links.has(link)) continue;
        const counts = lanes.map((_lane, at) => heard.get(address)?.[at] ?? 0);
        samples.set(link, {
          sent: portProbing.count,
          met: counts.slice(0, met.length),
          spared: counts.slice(met.length),
        });
      }
    }
    return samples;
  } finally {
    for (const one of listeners) one.close();
  }
}

/** By address of the sender. */
function countsOf(lines: readonly string[]): ReadonlyMap<string, readonly number[]> {
  return new Map(
    lines.map((line) => {
      const [address = '', ...counts] = line.split(' ');
      return [address, counts.map(Number)];
    }),
  );
}
