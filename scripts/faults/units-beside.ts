import { parseTarget, targetText } from '../../infra/plan/target.ts';
import { mostBeside } from './nodes-beside.ts';
import type { Victim } from './victim.ts';

/** Pure: ten units beside these: the other ones of the same nodes, then the same ones of the nodes that follow. */
export function unitsBeside(
  victims: readonly Pick<Victim, 'node' | 'units'>[],
  targets: readonly string[],
): readonly string[] {
  const own = targets.map(parseTarget);
  const isOwn = (node: string): boolean => own.some((one) => one.on === 'unit' && one.node === node);
  const first = Math.max(
    0,
    victims.findIndex(({ node }) => isOwn(node)),
  );
  const inTurn = [...victims.slice(first), ...victims.slice(0, first)];
  return [...inTurn.filter(({ node }) => isOwn(node)), ...inTurn.filter(({ node }) => !isOwn(node))]
    .flatMap(({ node, units }) =>
      units
        .filter((unit) => isOwn(node) || own.some((one) => one.on === 'unit' && one.unit === unit))
        .map((unit) => targetText({ on: 'unit', node, unit })),
    )
    .filter((text) => !targets.includes(text))
    .slice(0, mostBeside);
}
