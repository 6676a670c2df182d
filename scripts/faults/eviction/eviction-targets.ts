import { constants } from 'node:os';
import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import type { EvictionFault, SpotFault } from '../../../infra/spec/fault.ts';
import type { EvictionReading, Story } from './eviction-meaning.ts';
import { metadataReading, readMetadata, type MetadataReading } from '../metadata/metadata-readings.ts';
import { Onlooker } from '../side-car/onlooker.ts';
import { NodeReader } from '../node/node-targets.ts';
import { nodesBeside } from '../victim/nodes-beside.ts';
import { unitsToSignal } from './signalled-units.ts';
import type { Asked, TargetReader } from '../watch/target-watch.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';

/** How often somebody inside looks for a notice, as software that means to leave in time does. */
const lookEveryMs = 100;
const entrypoint = 'process-1';
const signals = { TERM: constants.signals.SIGTERM, QUIT: constants.signals.SIGQUIT } as const;

/** Who looks on from inside while a node is evicted. */
interface Witnesses {
  readonly metadata: Onlooker;
  readonly signals: Onlooker;
  /** As images/toolbox/signalwatch.c is given them. */
  readonly names: readonly string[];
}

/** Nodes, seen by what their metadata service answers inside, and on their way out by who gets which signal. */
export class EvictionReader implements TargetReader<EvictionFault, EvictionReading> {
  readonly #victims: readonly Victim[];
  readonly #nodes: NodeReader;
  /** By fault and target. */
  readonly #witnesses = new Map<string, Witnesses>();

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
    this.#nodes = new NodeReader(victims);
  }

  beside(targets: readonly string[]): readonly string[] {
    return nodesBeside(this.#victims, targets);
  }

  holdsBeside({ kind }: EvictionFault): boolean {
    return kind === 'eviction.notice';
  }

  /** A node that only gets a notice is as it was. */
  alsoTouches(targets: readonly string[], fault: EvictionFault): readonly string[] {
    return fault.kind === 'eviction.spot' ? this.#nodes.alsoTouches(targets) : [];
  }

  async enter(scheduled: ScheduledFault, fault: EvictionFault): Promise<void> {
    if (fault.kind === 'eviction.notice') return;
    await this.#nodes.enter(scheduled);
    await Promise.all(
      scheduled.targets.map(async (node) => {
        const victim = victimNamed(this.#victims, node);
        this.#witnesses.set(key(scheduled.id, node), await witnessesOf(victim, fault));
      }),
    );
  }

  async read(node: string, asked: Asked<EvictionFault>, signal: AbortSignal): Promise<EvictionReading> {
    const { scheduled, fault, moment } = asked;
    const isEvicted = fault?.kind === 'eviction.spot' && moment === 'during';
    const [reading, metadata] = await Promise.all([
      this.#nodes.read(node, asked, signal),
      // A node that is away takes along its side-car, and the service in it.
      isEvicted ? null : readMetadata(victimNamed(this.#victims, node).sideCar, signal).catch(() => null),
    ]);
    signal.throwIfAborted();
    const witnesses = this.#witnesses.get(key(scheduled.id, node));
    const story = isEvicted && witnesses !== undefined ? await storyOf(witnesses) : null;
    return { node: reading, metadata, story };
  }

  leave(scheduled: ScheduledFault, node: string): void {
    this.#nodes.leave(scheduled, node);
    const witnesses = this.#witnesses.get(key(scheduled.id, node));
    this.#witnesses.delete(key(scheduled.id, node));
    if (witnesses !== undefined) leaveAll(witnesses);
  }

  close(): void {
    this.#nodes.close();
    for (const one of this.#witnesses.values()) leaveAll(one);
    this.#witnesses.clear();
  }
}

async function witnessesOf(victim: Victim, { unit, signal }: SpotFault): Promise<Witnesses> {
  const units = unitsToSignal(unit, victim);
  const names = units.length === 0 ? [entrypoint] : units;
  const { sideCar } = victim;
  const [metadata, signalled] = await Promise.all([
    Onlooker.begin(sideCar, ['imdsprobe', String(lookEveryMs)]),
    Onlooker.begin(sideCar, ['signalwatch', String(signals[signal]), ...names]),
  ]);
  return { metadata, signals: signalled, names };
}

function leaveAll({ metadata, signals: signalled }: Witnesses): void {
  metadata.leave();
  signalled.leave();
}

async function storyOf({ metadata, signals: signalled, names }: Witnesses): Promise<Story> {
  await Promise.all([metadata.lastWords(), signalled.lastWords()]);
  return storyIn(metadata.lines, signalled.lines, names);
}

/** Pure: of what imdsprobe and signalwatch said. */
export function storyIn(
  looks: readonly string[],
  signalled: readonly string[],
  names: readonly string[],
): Story {
  const readings = looks.flatMap((line): readonly MetadataReading[] => {
    const one = metadataReading(line);
    return one === null ? [] : [one];
  });
  const got = signalled.map((line) => line.split(' ')).filter(([, what]) => what === 'got');
  return {
    noticed: readings.find(({ interruption }) => interruption.status === 200) ?? null,
    signalledAtMs: names.map((name) => {
      const at = got.find(([who]) => who === name)?.[3];
      return at === undefined ? null : Number(at);
    }),
    lastSeenAtMs: readings.at(-1)?.atMs ?? null,
  };
}

function key(fault: string, target: string): string {
  return `${fault} ${target}`;
}
