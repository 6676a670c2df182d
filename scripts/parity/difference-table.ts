import pc from 'picocolors';
import type { Difference } from './difference.ts';

const colour = { blocking: pc.red, impossible: pc.yellow, allowed: pc.dim } as const;

/** Differences as a person reads them in a terminal, what blocks first, with their count at the end. */
export function differenceTable(differences: readonly Difference[]): string {
  const count = (kind: Difference['class']): number => differences.filter((one) => one.class === kind).length;
  const rows = (['blocking', 'impossible', 'allowed'] as const).flatMap((kind) =>
    differences.filter((one) => one.class === kind).map(row),
  );
  const sum = `${count('blocking')} blocking, ${count('impossible')} impossible here, ${count('allowed')} allowed`;
  return [...rows, sum].join('\n');
}

function row({ node, fact, expected, actual, class: kind, why }: Difference): string {
  const reason = why === '' ? '' : `\n           ${why}`;
  return `${colour[kind](kind.padEnd(10))} ${node}  ${fact}: expected ${expected ?? 'nothing'}, is ${actual ?? 'absent'}${reason}`;
}
