import type { Victim } from './victim.ts';

/** Each takes a turn of its own, and a turn takes time. */
export const mostBeside = 10;

/** Pure: the nodes that are read beside these: the next ten in the plan's order, which begins anew after the last. */
export function nodesBeside(
  victims: readonly Pick<Victim, 'node'>[],
  targets: readonly string[],
): readonly string[] {
  const all = victims.map(({ node }) => node);
  const first = all.findIndex((node) => targets.includes(node));
  return [...all.slice(first), ...all.slice(0, Math.max(0, first))]
    .filter((node) => !targets.includes(node))
    .slice(0, mostBeside);
}
