import { assertNever } from '../../../infra/errors.ts';
import { linkText, targetText } from '../../../infra/plan/target.ts';
import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { isNodeFault, isReplacingFault, type Fault, type NodeFault } from '../../../infra/spec/fault.ts';
import { Insider, type Answer } from './insider.ts';
import { nodesBeside } from '../victim/nodes-beside.ts';
import type { Asked, TargetMeaning, TargetReader } from '../watch/target-watch.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';

const lookDeadlineMs = 5_000;

export interface NodeReading {
  /** Of a process that has been inside since before the fault; null where nobody had one go in. */
  readonly insider: Answer | null;
  /** What tells this start of the node from any other, as it says itself; null where it lets nobody in. */
  readonly start: string | null;
  /**
   * Files of ours that it has: before a fault that replaces it, one is put into its own files and one on each of its disks.
   * null where nobody looked.
   */
  readonly marks: number | null;
}

/** What the process inside shows of each kind. An orderly end is told to all processes by systemd; an image's own first process may not. */
const shown = {
  'node.pause': ['silent'],
  'node.kill': ['gone'],
  'node.reboot': ['told', 'gone'],
  'node.replace': ['gone'],
} as const satisfies Record<NodeFault['kind'], readonly Answer[]>;

export const unreadNode: NodeReading = { insider: null, start: null, marks: null };

/** Pure: what readings of nodes mean. */
export const nodeMeaning: TargetMeaning<NodeFault, NodeReading> = {
  isOf: isNodeFault,
  unread: unreadNode,
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
  whyNotHealed({ kind }, { before, after }) {
    switch (kind) {
      case 'node.pause':
        if (after.start !== null && after.insider !== 'answers')
          return `a process inside since before was "${after.insider ?? 'not asked'}", not "answers"`;
        return whyNotTheSame(before, after);
      case 'node.kill':
      case 'node.reboot':
        return whyNotAnew(before, after);
      case 'node.replace':
        return whyNotAnother(before, after);
      default:
        return assertNever(kind);
    }
  },
  isAsBefore: (before, now) => now.start !== null && now.start === before.start,
};

/** Pure: what tells that it is not the same start of the node; empty where it is. */
export function whyNotTheSame(before: NodeReading, after: NodeReading): string {
  if (after.start === null) return letsNobodyIn;
  return after.start === before.start ? '' : 'the node is not as it was: it has started anew';
}

/** Another machine in its place: it has begun anew, and has nothing of what the one before had. */
export function whyNotAnother(before: NodeReading, after: NodeReading): string {
  const why = whyNotAnew(before, after);
  if (why !== '') return why;
  if (before.marks === null || before.marks === 0)
    return 'nothing was put into the node before that would tell it from another one';
  if (after.marks === 0) return '';
  return after.marks === null
    ? 'whether it is another node could not be seen'
    : `it is no other node: ${after.marks} files of the one before are in it`;
}

const letsNobodyIn = 'the node lets nobody in';

function whyNotAnew(before: NodeReading, after: NodeReading): string {
  if (after.start === null) return letsNobodyIn;
  return after.start === before.start ? 'the node has not started anew' : '';
}

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

  /** All that is on them: links, disks, units and routes, and routes that go on to them. */
  alsoTouches(targets: readonly string[]): readonly string[] {
    const others = (node: string): readonly string[] =>
      this.#victims.map((one) => one.node).filter((one) => one !== node);
    return targets.flatMap((node) => {
      const { disks, units, names } = victimNamed(this.#victims, node);
      const routes = this.#victims.flatMap(({ node: of, dependency }) =>
        (dependency?.routes ?? [])
          .filter(({ proxies }) => of === node || (proxies !== null && names.includes(proxies)))
          .map(({ route }) => targetText({ on: 'route', node: of, route })),
      );
      return [
        ...others(node).flatMap((other) => [linkText(node, other), linkText(other, node)]),
        ...disks.map((path) => targetText({ on: 'disk', node, path })),
        ...units.map((unit) => targetText({ on: 'unit', node, unit })),
        ...routes,
      ];
    });
  }

  async enter({ id, targets }: Pick<ScheduledFault, 'id' | 'targets'>): Promise<void> {
    await Promise.all(
      targets.map(async (node) => {
        const { access } = victimNamed(this.#victims, node);
        this.#insiders.set(key(id, node), await Insider.enter(access));
      }),
    );
  }

  async read(
    node: string,
    { scheduled, fault, moment }: Asked<Fault>,
    signal: AbortSignal,
  ): Promise<NodeReading> {
    const victim = victimNamed(this.#victims, node);
    const { access } = victim;
    const insider = await this.#insiders.get(key(scheduled.id, node))?.answer();
    // man 5 proc: the 22nd word is when process 1 began, in ticks after the host's boot.
    const look = access.exec(['cat', '/proc/1/stat'], { timeoutMs: lookDeadlineMs, signal });
    const start = await look.then(
      ({ exitCode, stdout }) => (exitCode === 0 ? (stdout.split(') ').at(-1)?.split(' ')[19] ?? null) : null),
      () => null, // it is paused, or does not run
    );
    signal.throwIfAborted();
    const isMarked = fault !== null && isReplacingFault(fault) && start !== null;
    return {
      insider: insider ?? null,
      start,
      marks: isMarked ? await marksOf(victim, moment, signal) : null,
    };
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

const mark = '.understudy-replaced';
/** POSIX sh: how many of these files there are; before, they are made, and after, they go. */
const countMarks =
  'moment=$1; shift; n=0; for file; do [ "$moment" != before ] || : > "$file"; [ ! -e "$file" ] || n=$((n + 1)); [ "$moment" != after ] || rm -f "$file"; done; echo "$n"';

/** null: it could not be looked at; before, also where there is not one everywhere. */
async function marksOf(
  { access, disks }: Victim,
  moment: Asked<Fault>['moment'],
  signal: AbortSignal,
): Promise<number | null> {
  const files = ['/', ...disks].map((folder) => `${folder.replace(/\/$/, '')}/${mark}`);
  const argv = ['sh', '-c', countMarks, 'sh', moment, ...files];
  const { exitCode, stdout } = await access.exec(argv, { timeoutMs: lookDeadlineMs, signal });
  const count = Number(stdout.trim());
  return exitCode !== 0 || (moment === 'before' && count !== files.length) ? null : count;
}

function key(fault: string, target: string): string {
  return `${fault} ${target}`;
}
