import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { packageRoot } from '../../infra/places.ts';
import { Machine } from '../bench/result.ts';
import { readResultFile, writeResultFile } from '../support/result-file.ts';
import { named, PairRun, profiles, wantedRuns, type Wanted } from './pair-run.ts';

export const resultFile = join(packageRoot, 'tests/results/honest-pairs.json');

/** tests/results/honest-pairs.json: every run of one commit on one machine; another commit begins anew. */
export const PairsResult = z.strictObject({
  schema: z.literal(1),
  commit: z.string(),
  /** Of the last run. */
  date: z.iso.date(),
  machine: Machine,
  sampled: z.string(),
  runs: z.array(PairRun),
});
export type PairsResult = z.infer<typeof PairsResult>;

const sampled = `the naive farm, seeds 1 to ${wantedRuns.length / 2}, once each without a profile and once with ${profiles.join(' and ')}; nothing is tried again`;

export function readResult(commit: string, machine: Machine): PairsResult {
  const stored = readResultFile(resultFile, PairsResult);
  const goesOn = stored?.commit === commit && isDeepStrictEqual(stored.machine, machine);
  return goesOn ? stored : { schema: 1, commit, date: today(), machine, sampled, runs: [] };
}

export function writeResult(result: PairsResult): void {
  writeResultFile(resultFile, PairsResult, result, 1);
}

/** Pure: with one more run, which takes the place of an earlier one of the same kind. */
export function withRun(result: PairsResult, run: PairRun): PairsResult {
  const order = (one: Wanted): number => wantedRuns.findIndex((wanted) => isSame(wanted, one));
  const runs = [...result.runs.filter((one) => !isSame(one, run)), run];
  return { ...result, date: run.at.slice(0, 10), runs: runs.sort((a, b) => order(a) - order(b)) };
}

export function isDone({ runs }: PairsResult, wanted: Wanted): boolean {
  return runs.some((run) => isSame(run, wanted));
}

/** Of ten runs each: all pass without the profiles, and of those with them at most one is no honest failure. */
const mayDiffer = { plain: 0, degraded: 1 } as const;

/** Pure: false as soon as no further run could make the promise true. */
export function canHold({ runs }: PairsResult): boolean {
  const broken = (degraded: boolean): number =>
    runs.filter((run) => run.degraded === degraded && !run.asPromised).length;
  return broken(false) <= mayDiffer.plain && broken(true) <= mayDiffer.degraded;
}

/** Pure: what is known so far, for people. */
export function summary(result: PairsResult): string {
  const { runs, commit, date } = result;
  const count = (degraded: boolean): string => {
    const of = runs.filter((run) => run.degraded === degraded);
    return `${of.filter(({ asPromised }) => asPromised).length} of ${of.length}`;
  };
  return [
    `honest pairs, commit ${commit}, ${date}: ${runs.length} of ${wantedRuns.length} runs`,
    ...runs.map(line),
    `naive without a profile passes ${count(false)} (promised: all of 10)`,
    `naive with ${profiles.join(' and ')} fails at "${named.test}", every receipt holding, ${count(true)} (promised: at least 9 of 10)`,
  ].join('\n');
}

export function line({ seed, degraded, verdict, failure, asPromised, tookMs, ...run }: PairRun): string {
  const found = failure ?? `${verdict ?? 'no verdict'}${run.failing.map((one) => `; ${one}`).join('')}`;
  const receipts = run.receipts === 0 ? '' : `, ${run.receiptsThatHold} of ${run.receipts} receipts hold`;
  const seconds = `${Math.round(tookMs / 1000)} s`;
  return `${asPromised ? 'ok    ' : 'BROKEN'} seed ${String(seed).padStart(2)} ${degraded ? 'with   ' : 'without'} ${found}${receipts} (${seconds})`;
}

function isSame(a: Wanted, b: Wanted): boolean {
  return a.seed === b.seed && a.degraded === b.degraded;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
