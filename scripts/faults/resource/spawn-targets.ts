import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import type { Fault } from '../../../infra/spec/fault.ts';
import { nodesBeside } from '../victim/nodes-beside.ts';
import { Spawner, unreadSpawn, type SpawnReading } from './spawn-readings.ts';
import type { Asked, TargetMeaning, TargetReader } from '../watch/target-watch.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';

export type ProcessesFault = Extract<Fault, { kind: 'resource.processes' }>;

/** As many may a live application start or end between a fault and the reading of it. */
const liveProcesses = 3;
/** So many more than asked are started where nothing stops that. */
const beyond = 4 * liveProcesses;

/** Pure: what it means how many processes a node lets start. */
export const spawnMeaning: TargetMeaning<ProcessesFault, SpawnReading> = {
  isOf: (fault): fault is ProcessesFault => fault.kind === 'resource.processes',
  unread: unreadSpawn,
  judge({ freeProcesses }, { before, during, after }) {
    const [was, is, left] = [before.started, during.started, after.started];
    const isThatMany = is >= 0 && Math.abs(is - freeProcesses) <= liveProcesses && during.refusal !== '';
    const hadMore = was > freeProcesses + liveProcesses;
    const ok = isThatMany && hadMore;
    return {
      ...{ requested: freeProcesses, unit: 'process', n: Math.max(0, is), tolerance: liveProcesses, ok },
      measured: { before: was, during: is, after: left },
      samples: { before: [was], during: [is], after: [left] },
      why: ok ? '' : whyNot(isThatMany, before, during),
    };
  },
  whyNotHealed: ({ freeProcesses }, { after }) =>
    after.started > freeProcesses + liveProcesses
      ? ''
      : `it let no more than ${Math.max(0, after.started)} start (${after.refusal || 'it could not be tried'})`,
  isAsBefore: (before, now) => now.started >= 0 && now.started >= before.started - liveProcesses,
};

function whyNot(isThatMany: boolean, before: SpawnReading, during: SpawnReading): string {
  if (isThatMany) return `it let no more than ${before.started} start before (${before.refusal})`;
  return during.refusal === ''
    ? `it let all ${during.started} start that were tried`
    : `it let ${Math.max(0, during.started)} start, and the next one said "${during.refusal}"`;
}

/** Nodes, each with somebody inside who starts processes. */
export class SpawnReader implements TargetReader<ProcessesFault, SpawnReading> {
  readonly #victims: readonly Victim[];
  /** Those that went in before their fault, by fault and target. */
  readonly #inside = new Map<string, Spawner>();

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  beside(targets: readonly string[]): readonly string[] {
    return nodesBeside(this.#victims, targets);
  }

  async enter({ id, targets }: ScheduledFault, fault: ProcessesFault): Promise<void> {
    await Promise.all(
      targets.map(async (node) => {
        this.#inside.set(key(id, node), await this.#enter(node, fault));
      }),
    );
  }

  async read(
    node: string,
    { scheduled: { id, fault }, moment }: Asked<ProcessesFault>,
    signal: AbortSignal,
  ): Promise<SpawnReading> {
    signal.throwIfAborted();
    const inside = moment === 'during' ? this.#inside.get(key(id, node)) : undefined;
    const spawner = inside ?? (await this.#enter(node, fault));
    try {
      return await spawner.count();
    } finally {
      if (inside !== undefined) this.#inside.delete(key(id, node));
    }
  }

  close(): void {
    for (const one of this.#inside.values()) one.leave();
    this.#inside.clear();
  }

  async #enter(node: string, fault: Fault): Promise<Spawner> {
    if (!spawnMeaning.isOf(fault)) throw new Error(`${fault.kind} is of another family`);
    return await Spawner.enter(victimNamed(this.#victims, node).access, fault.freeProcesses + beyond);
  }
}

function key(fault: string, target: string): string {
  return `${fault} ${target}`;
}
