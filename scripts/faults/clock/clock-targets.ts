import { setTimeout as delay } from 'node:timers/promises';
import { targetText } from '../../../infra/plan/target.ts';
import { isClockFault, type ClockFault } from '../../../infra/spec/fault.ts';
import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import type { ClockReading } from './clock-judge.ts';
import { askNode, askSettled, type KernelClock } from './clock-readings.ts';
import { nodesBeside } from '../victim/nodes-beside.ts';
import type { Asked, TargetReader } from '../watch/target-watch.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';

/** Two clocks are compared for so long. */
const driftMs = 3_000;
/** An answer that took longer than twice this is asked for again, a few times. */
const closeEnoughMs = 50;
const mostAsks = 5;

/** Clocks of nodes, read by asking: the node by a new process in it, and each process of its units itself. */
export class ClockReader implements TargetReader<ClockFault, ClockReading> {
  readonly #victims: readonly Victim[];
  /** Nodes that a clock is to be shifted on: elsewhere no side-car may trace anybody, and there is nothing to shift. */
  readonly #asked: ReadonlySet<string>;

  constructor(victims: readonly Victim[], faults: readonly ScheduledFault[]) {
    this.#victims = victims;
    this.#asked = new Set(
      faults.filter(({ fault }) => isClockFault(fault)).flatMap(({ targets }) => targets),
    );
  }

  /** Of those that have units. */
  beside(targets: readonly string[]): readonly string[] {
    return nodesBeside(
      this.#victims.filter(({ units }) => units.length > 0),
      targets,
    );
  }

  alsoTouches(targets: readonly string[]): readonly string[] {
    return targets.flatMap((node) =>
      victimNamed(this.#victims, node).units.map((unit) => targetText({ on: 'unit', node, unit })),
    );
  }

  async read(node: string, { fault }: Asked<ClockFault>, signal: AbortSignal): Promise<ClockReading> {
    const victim = victimNamed(this.#victims, node);
    const kernel = await closely(async () => askNode(victim.access, signal));
    if (!this.#asked.has(node)) return { kernel, processes: [], later: [] };
    const processes = await askSettled(node, victim.sideCar, victim.units, signal);
    if (fault?.kind !== 'clock.rate') return { kernel, processes, later: [] };
    await delay(driftMs, undefined, { signal });
    return { kernel, processes, later: await askSettled(node, victim.sideCar, victim.units, signal) };
  }
}

async function closely(ask: () => Promise<KernelClock>): Promise<KernelClock> {
  let best = await ask();
  for (let asks = 1; best.errorMs > closeEnoughMs && asks < mostAsks; asks += 1) {
    const next = await ask();
    if (next.errorMs < best.errorMs) best = next;
  }
  return best;
}
