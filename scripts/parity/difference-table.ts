import type { Screen } from '../screen.ts';
import type { Difference } from './difference.ts';

const colour = { blocking: 'red', impossible: 'yellow', allowed: 'dim' } as const;

/** Differences as a person reads them in a terminal, what blocks first, with their count at the end. */
export function differenceTable(differences: readonly Difference[], { colours }: Screen): string {
  const count = (kind: Difference['class']): number => differences.filter((one) => one.class === kind).length;
  const rows = (['blocking', 'impossible', 'allowed'] as const).flatMap((kind) =>
    differences.filter((one) => one.class === kind).map((one) => row(one, colours)),
  );
  const sum = `${count('blocking')} blocking, ${count('impossible')} impossible here, ${count('allowed')} allowed`;
  return [...rows, sum].join('\n');
}

function row(
  { node, fact, expected, actual, class: kind, why }: Difference,
  colours: Screen['colours'],
): string {
  const reason = why === '' ? '' : `\n           ${why}`;
  return `${colours[colour[kind]](kind.padEnd(10))} ${node}  ${fact}: expected ${expected ?? 'nothing'}, is ${actual ?? 'absent'}${reason}`;
}
