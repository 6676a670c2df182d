import type { Screen } from '../screen.ts';
import { visible } from '../visible.ts';
import type { Difference } from './difference.ts';

const colour = { blocking: 'red', impossible: 'yellow', allowed: 'dim' } as const;

/** Differences as a person reads them in a terminal, what blocks first, with their count at the end. */
export function differenceTable(differences: readonly Difference[], { colours }: Screen): string {
  const rows = (['blocking', 'impossible', 'allowed'] as const).flatMap((kind) =>
    differences.filter((one) => one.class === kind).map((one) => row(one, colours)),
  );
  return [...rows, differenceCounts(differences)].join('\n');
}

/** Differences in one line. */
export function differenceCounts(differences: readonly Difference[]): string {
  const count = (kind: Difference['class']): number => differences.filter((one) => one.class === kind).length;
  return `${count('blocking')} blocking, ${count('impossible')} impossible here, ${count('allowed')} allowed`;
}

/** One difference that should not be, as a sentence. */
export function differenceSentence({ node, fact, expected, actual }: Difference): string {
  return `${node} is not like the reference: ${fact} is ${actual ?? 'absent'}, expected ${expected ?? 'absent'}`;
}

function row(
  { node, fact, expected, actual, class: kind, why }: Difference,
  colours: Screen['colours'],
): string {
  const reason = why === '' ? '' : `\n           ${why}`;
  const said = `${node}  ${fact}: expected ${expected ?? 'nothing'}, is ${actual ?? 'absent'}${reason}`;
  return `${colours[colour[kind]](kind.padEnd(10))} ${visible(said)}`;
}
