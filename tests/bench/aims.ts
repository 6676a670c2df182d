import type { BenchResult, Contender } from './result.ts';
import { spread } from './spread.ts';
import type { Part } from './units.ts';

/** A figure with what it may be at most and what we want it to be. */
interface Aim {
  readonly what: string;
  readonly unit: string;
  readonly atMost: number;
  readonly aim: number;
  /** null: not measured. */
  readonly measured: number | null;
}

/** Pure: the figures that were promised, each met or missed, and by how much. */
export function aimLines(result: BenchResult): readonly string[] {
  return aims(result).map(lineOf);
}

function aims(result: BenchResult): readonly Aim[] {
  const [raw50, ours50] = [upMs(result, 'entrypoint-50', 'raw'), upMs(result, 'entrypoint-50', 'understudy')];
  const [raw3, ours3] = [upMs(result, 'entrypoint-3', 'raw'), upMs(result, 'entrypoint-3', 'understudy')];
  return [
    {
      what: 'up of 50 nodes',
      unit: ' × raw',
      atMost: 1.9,
      aim: 1.3,
      measured: raw50 === null || ours50 === null ? null : ours50 / raw50,
    },
    {
      what: 'up of 3 nodes',
      unit: ' s above raw',
      atMost: 3,
      aim: 1.5,
      measured: raw3 === null || ours3 === null ? null : (ours3 - raw3) / 1000,
    },
    {
      what: 'empty rehearsal of 3 nodes, from process start to exit',
      unit: ' s',
      atMost: 10,
      aim: 5,
      measured: rehearsalSeconds(result),
    },
  ];
}

export function upMs({ parts }: BenchResult, part: Part, contender: Contender): number | null {
  const stored = parts[part];
  if (stored?.kind !== 'up') return null;
  const all = stored.rounds.flatMap(({ attempts }) =>
    attempts.flatMap((one) => (one.contender === contender && one.up !== null ? [one.up.doneMs] : [])),
  );
  return spread(all)?.median ?? null;
}

function rehearsalSeconds({ parts }: BenchResult): number | null {
  const { rehearsal } = parts;
  if (rehearsal?.kind !== 'rehearsal') return null;
  const all = rehearsal.rounds.flatMap(({ totalMs }) => (totalMs === null ? [] : [totalMs / 1000]));
  return spread(all)?.median ?? null;
}

function lineOf({ what, unit, atMost, aim, measured }: Aim): string {
  if (measured === null) return `not measured  ${what}: at most ${atMost}${unit}, aim ${aim}${unit}`;
  const against = (limit: number): string =>
    measured <= limit ? 'met' : `missed by ${(measured - limit).toFixed(2)}`;
  const word = measured <= atMost ? 'met   ' : 'MISSED';
  return `${word}  ${what}: ${measured.toFixed(2)}${unit}; at most ${atMost}: ${against(atMost)}; aim ${aim}: ${against(aim)}`;
}
