import { parseTarget, targetText } from '../../infra/plan/target.ts';
import type { Victim } from './victim.ts';

/** Pure: the other units of the same nodes, and the same unit of other nodes. */
export function unitsBeside(
  victims: readonly Pick<Victim, 'node' | 'units'>[],
  targets: readonly string[],
): readonly string[] {
  const own = targets.map(parseTarget);
  return victims.flatMap(({ node, units }) =>
    units
      .filter((unit) => own.some((one) => one.on === 'unit' && (one.node === node || one.unit === unit)))
      .map((unit) => targetText({ on: 'unit', node, unit }))
      .filter((text) => !targets.includes(text)),
  );
}
