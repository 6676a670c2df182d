import { phases, type Phase } from '../../scripts/evidence/event.ts';
import { parsePiece } from '../support/named-options.ts';

/** Phases in which there is no cluster yet, or none any more: an interruption there is any command's. */
const harmless: readonly Phase[] = ['setup', 'plan', 'control', 'images', 'report'];
const dangerous = phases.filter((phase) => !harmless.includes(phase));
const ways = ['Ctrl-C', 'SIGKILL'] as const;

/** One way in which a rehearsal ends before its time, and when. */
export type Interruption = readonly [way: (typeof ways)[number], phase: Phase];

/** Pure: the i-th of n parts of all of them, both ways of a phase one after the other. @throws UsageError (64) */
export function interruptions(part: string): readonly Interruption[] {
  const { index, of } = parsePiece(part);
  const all = dangerous.flatMap((phase) => ways.map((way): Interruption => [way, phase]));
  return all.filter((_one, at) => at % of === index - 1);
}
