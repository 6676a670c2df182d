import { messageOf } from '../../../infra/errors.ts';
import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { nodesOf } from '../../../infra/plan/target.ts';
import { isLinkFault } from '../../../infra/spec/fault.ts';
import {
  countsOf,
  groupCounterFiles,
  networkCounterFiles,
  type KernelCounts,
} from '../../evidence/kernel-counts.ts';
import type { NodeAccess } from '../../nodes/node.ts';
import type { Victim } from '../victim/victim.ts';

type Witnessed = Pick<Victim, 'node' | 'access' | 'sideCar' | 'reachesFiles'>;

/** Takes what was counted; when is its own business. */
export type OnCounted = (counted: Omit<KernelCounts, 'at' | 'ms'>) => void;

/** So many nodes are read around a fault: all that it is on, and others as far as there is room. */
const leastNodes = 10;
const deadlineMs = 2_000;

/**
 * What the kernels of nodes counted at both ends of a fault's window: evidence, and no measurement. It fails nothing: what
 * could not be read is said in its place.
 */
export class KernelWitness {
  readonly #victims: readonly Witnessed[];
  readonly #onCounted: OnCounted;

  constructor(victims: readonly Witnessed[], onCounted: OnCounted) {
    this.#victims = victims;
    this.#onCounted = onCounted;
  }

  /** All nodes at once, but for those that have `ended`. */
  async read(
    fault: ScheduledFault,
    moment: KernelCounts['moment'],
    ended: ReadonlySet<string> = new Set(),
  ): Promise<void> {
    const there = this.#victims.filter(({ node }) => !ended.has(node));
    const on = new Set(fault.targets.flatMap(nodesOf));
    const others = there.filter(({ node }) => !on.has(node)).slice(0, Math.max(0, leastNodes - on.size));
    const read = there.filter((victim) => on.has(victim.node) || others.includes(victim));
    const counted = await Promise.all(
      read.map(async (victim) => {
        const isTarget = on.has(victim.node);
        // Of links the network's counters tell, and a group may cost a program that the engine starts in the node.
        const withGroup = isTarget && !isLinkFault(fault.fault);
        return { node: victim.node, isTarget, ...(await countsIn(victim, withGroup)) };
      }),
    );
    for (const one of counted) this.#onCounted({ fault: fault.id, moment, ...one });
  }
}

async function countsIn(
  victim: Witnessed,
  withGroup: boolean,
): Promise<Pick<KernelCounts, 'counts' | 'absent'>> {
  try {
    const read = withGroup ? await withGroupOf(victim) : await listed(victim.sideCar, networkCounterFiles);
    return { counts: countsOf(read), absent: '' };
  } catch (error) {
    return { counts: {}, absent: messageOf(error) };
  }
}

const root = '/proc/1/root';

/**
 * A side-car that sees the node's files reads all of it at once, in a millisecond or two. None is let see them for this alone: for
 * the others the engine starts a program in the node, which takes 50 ms and more.
 */
async function withGroupOf({ access, sideCar, reachesFiles }: Witnessed): Promise<string> {
  if (reachesFiles) {
    const all = [...networkCounterFiles, ...groupCounterFiles.map((file) => `${root}${file}`)];
    return (await listed(sideCar, all)).replaceAll(new RegExp(`^${root}`, 'gm'), '');
  }
  const [network, ofGroup] = await Promise.all([
    listed(sideCar, networkCounterFiles),
    listed(access, groupCounterFiles).catch(() => ''), // an image without grep
  ]);
  return `${network}\n${ofGroup}`;
}

/** Of files that are not there nothing. */
async function listed(node: NodeAccess, files: readonly string[]): Promise<string> {
  const { stdout } = await node.exec(['grep', '-sH', '', ...files], { timeoutMs: deadlineMs });
  if (stdout === '') throw new Error(`${node.name} showed no counters`);
  return stdout;
}
