import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { shuffled, type Draw } from '../../../infra/plan/seed.ts';
import { linkText, nodesOf, parseTarget } from '../../../infra/plan/target.ts';

/** Contracts: all ordered pairs up to so many nodes, above that a seeded sample. */
const allPairsUpTo = 10;
/** As many as ten nodes have. */
const sampledLinks = allPairsUpTo * (allPairsUpTo - 1);
/** More at once would wait for the processor, and be measured by that. */
const atOnce = 110;

/** Which links are probed, of how many there are. */
export interface ProbedLinks {
  readonly links: readonly string[];
  /** Those of them that no fault is ever on. */
  readonly beside: readonly string[];
  readonly of: number;
}

/** Pure: those that faults are to be on, and those beside them. */
export function probedLinks(
  nodes: readonly string[],
  scheduled: readonly ScheduledFault[],
  draw: Draw,
): ProbedLinks {
  const all = inStep(nodes);
  const own = new Set(
    scheduled.flatMap(({ targets }) => targets.filter((one) => parseTarget(one).on === 'link')),
  );
  const others = all.filter((link) => !own.has(link));
  const sample = new Set(
    nodes.length <= allPairsUpTo ? others : shuffled(others, draw).slice(0, sampledLinks),
  );
  return {
    links: all.filter((link) => own.has(link) || sample.has(link)),
    beside: others.filter((link) => sample.has(link)),
    of: all.length,
  };
}

/** Pure: what is looked at beside these links: what no fault is ever on, and of what others are to be on so much that it does not take long. */
export function bystandersOf({ links, beside }: ProbedLinks, targets: readonly string[]): readonly string[] {
  const own = new Set(targets);
  return [...new Set([...beside, ...links])].filter((link) => !own.has(link)).slice(0, sampledLinks);
}

/** Pure: whether none of them would wait for the processor because of the others. */
export function areProbedAtOnce(links: readonly string[]): boolean {
  return links.length < atOnce;
}

/**
 * Pure: as many rounds as it takes, none of more links than can be probed at once. Both ways between two nodes are of one
 * round: either takes the same two entries of the kernel's neighbour table (`forgetNeighbours`).
 */
export function roundsOf(links: readonly string[]): readonly (readonly string[])[] {
  const rounds = Array.from({ length: Math.ceil(links.length / (atOnce - 1)) }, (): string[] => []);
  for (const between of Map.groupBy(links, (link) => [...nodesOf(link)].sort().join(' ')).values())
    rounds.reduce((least, round) => (round.length < least.length ? round : least)).push(...between);
  return rounds;
}

/** First everybody's to the next, then to the next but one: those that stand beside each other share few ends. */
function inStep(nodes: readonly string[]): readonly string[] {
  return nodes.flatMap((_node, shift) =>
    shift === 0 ? [] : nodes.map((from, at) => linkText(from, nodes[(at + shift) % nodes.length] ?? from)),
  );
}
