import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { packageRoot } from '../../infra/places.ts';
import { Machine } from '../bench/result.ts';
import { readResultFile, writeResultFile } from '../support/result-file.ts';
import { deaths, Moment } from './moment.ts';

export const resultFile = join(packageRoot, 'tests/results/leases.json');

/** tests/results/leases.json: every moment of one commit on one machine; another commit begins anew. */
export const LeasesResult = z.strictObject({
  schema: z.literal(1),
  commit: z.string(),
  machine: Machine,
  sampled: z.string(),
  moments: z.array(Moment),
});
export type LeasesResult = z.infer<typeof LeasesResult>;

export const wantedMoments: readonly number[] = Array.from({ length: 50 }, (_, at) => at + 1);

const sampled = `${wantedMoments.length} moments that a seed picks between the first inject and the last heal of ten kinds, which the seed picks too: of all where the controller alone is killed, of those that heal by themselves where its watcher is killed as well; what was in force stands with each; nothing is tried again`;

/** Of another commit nothing is read, which may have written it in another shape. */
const Stored = z.looseObject({ commit: z.string() });

export function readResult(commit: string, machine: Machine): LeasesResult {
  return resumed(readResultFile(resultFile, Stored), commit, machine);
}

/** Pure: what is stored where that is of this commit on this machine, else a result without moments. */
export function resumed(
  stored: z.infer<typeof Stored> | null,
  commit: string,
  machine: Machine,
): LeasesResult {
  const own = stored?.commit === commit ? LeasesResult.parse(stored) : null;
  const goesOn = own !== null && isDeepStrictEqual(own.machine, machine);
  return goesOn ? own : { schema: 1, commit, machine, sampled, moments: [] };
}

export function writeResult(result: LeasesResult): void {
  writeResultFile(resultFile, LeasesResult, result, 1);
}

/** Pure: with one more moment, which takes the place of an earlier one of the same number. */
export function withMoment(result: LeasesResult, one: Moment): LeasesResult {
  const moments = [...result.moments.filter(({ number }) => number !== one.number), one];
  return { ...result, moments: moments.sort((a, b) => a.number - b.number) };
}

export function isClean({ tookMs, left }: Moment): boolean {
  return tookMs !== null && left.length === 0;
}

/** Pure: what is known so far, for people. */
export function summary({ moments, commit }: LeasesResult): string {
  const lines = deaths.map((dies) => {
    const of = moments.filter((one) => one.dies === dies);
    const clean = of.filter(isClean);
    const slowest = Math.max(0, ...clean.map(({ tookMs }) => tookMs ?? 0));
    const promised =
      dies === 'controller' ? 'nothing left within 30 s' : 'every node that a fault was on clean within 10 s';
    return `${dies} killed: ${promised} in ${clean.length} of ${of.length}, the slowest after ${slowest} ms`;
  });
  const counts = new Map<string, number>();
  for (const kind of moments.flatMap(({ inForce }) => inForce)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const each = [...counts].sort().map(([kind, count]) => `${kind} ${count}`);
  return [
    `lost leases, commit ${commit}: ${moments.length} of ${wantedMoments.length} moments`,
    ...lines,
    `in force at so many of them: ${each.join(', ') || 'none'}`,
  ].join('\n');
}
