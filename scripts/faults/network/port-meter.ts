import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import type { Traffic } from '../../../infra/spec/faults/network.ts';
import type { ProbePoint } from '../links/link-probes.ts';
import { forgetNeighbours } from './neighbours.ts';
import { probePorts, trafficText, type PortSample } from './port-probes.ts';
import { roundsOf } from './probed-links.ts';

/** By the traffic of each (trafficText). */
export type PortsByTraffic = ReadonlyMap<string, PortSample>;

/** Measures what gets over links of traffic that faults alone are on. */
export class PortMeter {
  readonly #traffic: ReadonlyMap<string, { readonly only: Traffic; readonly links: ReadonlySet<string> }>;
  readonly #settleMs: number;
  readonly #signal: AbortSignal;

  /** `scheduled`: all that is to come. */
  constructor(scheduled: readonly ScheduledFault[], settleMs: number, signal: AbortSignal) {
    this.#traffic = trafficOf(scheduled);
    this.#settleMs = settleMs;
    this.#signal = signal;
  }

  /** Of each of these links, all traffic that faults are ever on there. */
  async read(
    points: readonly ProbePoint[],
    links: readonly string[],
  ): Promise<ReadonlyMap<string, PortsByTraffic>> {
    const found = new Map<string, Map<string, PortSample>>();
    for (const [text, { only, links: own }] of this.#traffic) {
      const rounds = roundsOf(links.filter((link) => own.has(link)));
      for (const round of rounds) {
        const heard = await probePorts(points, new Set(round), only, this.#settleMs, this.#signal);
        for (const [link, sample] of heard)
          found.set(link, (found.get(link) ?? new Map<string, PortSample>()).set(text, sample));
        if (rounds.length > 1) await forgetNeighbours(points, this.#signal);
      }
    }
    return found;
  }
}

function trafficOf(scheduled: readonly ScheduledFault[]) {
  const found = new Map<string, { readonly only: Traffic; readonly links: Set<string> }>();
  for (const { fault, targets } of scheduled) {
    if (fault.kind !== 'network.partition' || fault.only === undefined) continue;
    const text = trafficText(fault.only);
    const one = found.get(text) ?? { only: fault.only, links: new Set<string>() };
    for (const link of targets) one.links.add(link);
    found.set(text, one);
  }
  return found;
}
