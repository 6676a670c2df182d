import { linkText, targetText } from '../../infra/plan/target.ts';
import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { isNodeFault, type NodeFault } from '../../infra/spec/fault.ts';
import { Insider, type Answer } from './insider.ts';
import { nodesBeside } from './nodes-beside.ts';
import type { Asked, TargetMeaning, TargetReader } from './target-watch.ts';
import { victimNamed, type Victim } from './victim.ts';

const lookDeadlineMs = 5_000;

export interface NodeReading {
  /** Of a process that has been inside since before the fault; null where nobody had one go in. */
  readonly insider: Answer | null;
  /** What tells this start of the node from any other, as it says itself; null where it lets nobody in. */
  readonly start: string | null;
}

/** What the process inside shows of each kind. An orderly end is told to all processes by systemd; an image's own first process may not. */
const shown = {
  'node.pause': ['silent'],
  'node.kill': ['gone'],
  'node.reboot': ['told', 'gone'],
} as const satisfies Record<NodeFault['kind'], readonly Answer[]>;

/** Pure: what readings of nodes mean. */
export const nodeMeaning: TargetMeaning<NodeFault, NodeReading> = {
  isOf: isNodeFault,
  unread: { insider: null, start: null },
  judge({ kind }, { before, during, after }) {
    const isAway = ({ start }: NodeReading): number => (start === null ? 1 : 0);
    const [was, left] = [isAway(before), isAway(after)];
    const expected: readonly (Answer | null)[] = shown[kind];
    const is = isAway(during) === 1 && expected.includes(during.insider) ? 1 : 0;
    const ok = was === 0 && is === 1;
    return {
      ...{ requested: 1, unit: 'bool', n: during.insider === null ? 0 : 1, tolerance: 0, ok },
      measured: { before: was, during: is, after: left },
      samples: { before: [was], during: [is], after: [left] },
      why: ok
        ? ''
        : `a process inside was "${during.insider ?? 'not asked'}", not "${expected.join('" or "')}", and the node ${during.start === null ? 'let nobody in' : 'let others in'}`,
    };
  },
  isHealed({ kind }, { before, after }) {
    if (after.start === null) return false;
    return kind === 'node.pause'
      ? after.insider === 'answers' && after.start === before.start
      : after.start !== before.start;
  },
  isAsBefore: (before, now) => now.start !== null && now.start === before.start,
};

/** Nodes, seen by a process inside and by whether another one gets in. */
export class NodeReader implements TargetReader<NodeFault, NodeReading> {
  readonly #victims: readonly Victim[];
  /** By fault and target. */
  readonly #insiders = new Map<string, Insider>();

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  beside(targets: readonly string[]): readonly string[] {
    return nodesBeside(this.#victims, targets);
  }

  /** All that is on them: links, disks, units and routes. */
  alsoTouches(targets: readonly string[]): readonly string[] {
    const others = (node: string): readonly string[] =>
      this.#victims.map((one) => one.node).filter((one) => one !== node);
    return targets.flatMap((node) => {
      const { disks, units, dependency } = victimNamed(this.#victims, node);
      return [
        ...others(node).flatMap((other) => [linkText(node, other), linkText(other, node)]),
        ...disks.map((path) => targetText({ on: 'disk', node, path })),
        ...units.map((unit) => targetText({ on: 'unit', node, unit })),
        ...(dependency?.routes ?? []).map(({ route }) => targetText({ on: 'route', node, route })),
      ];
    });
  }

  async enter({ id, targets }: ScheduledFault): Promise<void> {
    await Promise.all(
      targets.map(async (node) => {
        const { access } = victimNamed(this.#victims, node);
        this.#insiders.set(key(id, node), await Insider.enter(access));
      }),
    );
  }

  async read(node: string, { scheduled }: Asked<NodeFault>, signal: AbortSignal): Promise<NodeReading> {
    const { access } = victimNamed(this.#victims, node);
    const insider = await this.#insiders.get(key(scheduled.id, node))?.answer();
    // man 5 proc: the 22nd word is when process 1 began, in ticks after the host's boot.
    const look = access.exec(['cat', '/proc/1/stat'], { timeoutMs: lookDeadlineMs, signal });
    const start = await look.then(
      ({ exitCode, stdout }) => (exitCode === 0 ? (stdout.split(') ').at(-1)?.split(' ')[19] ?? null) : null),
      () => null, // it is paused, or does not run
    );
    signal.throwIfAborted();
    return { insider: insider ?? null, start };
  }

  leave({ id }: ScheduledFault, node: string): void {
    this.#insiders.get(key(id, node))?.leave();
    this.#insiders.delete(key(id, node));
  }

  close(): void {
    for (const one of this.#insiders.values()) one.leave();
    this.#insiders.clear();
  }
}

function key(fault: string, target: string): string {
  return `${fault} ${target}`;
}
