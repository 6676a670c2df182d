import { parseTarget, targetText } from '../../../infra/plan/target.ts';
import { mostBeside } from '../victim/nodes-beside.ts';
import { unitFile } from '../../nodes/unit-file.ts';
import type { Beside } from '../watch/target-watch.ts';
import type { UnitReading } from './unit-readings.ts';
import type { Victim } from '../victim/victim.ts';

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

/** Pure: whether systemd ends this unit because of what happens to one of those. On other nodes nothing is ended by that. */
export function followsAny({ follows }: UnitReading, { target, faulty }: Beside): boolean {
  const own = parseTarget(target);
  return faulty
    .map(parseTarget)
    .some(
      (one) =>
        one.on === 'unit' &&
        own.on === 'unit' &&
        one.node === own.node &&
        follows.includes(unitFile(one.unit)),
    );
}
