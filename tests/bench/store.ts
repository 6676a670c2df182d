import { execa } from 'execa';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { packageRoot } from '../../infra/places.ts';
import { readResultFile, writeResultFile } from '../support/result-file.ts';
import { isDisturbed } from './disturbance.ts';
import {
  BenchResult,
  type AccuracyRound,
  type Machine,
  type PartResult,
  type RehearsalRound,
  type UpRound,
} from './result.ts';
import type { Part, Unit } from './units.ts';

export const resultFile = join(packageRoot, 'tests/results/bench.json');

/** What was measured, on this machine; another machine's figures are not mixed with it. */
export function readResult(machine: Machine): BenchResult {
  const stored = readResultFile(resultFile, BenchResult);
  return stored !== null && isDeepStrictEqual(stored.machine, machine)
    ? stored
    : { schema: 1, machine, parts: {} };
}

export function writeResult(result: BenchResult): void {
  writeResultFile(resultFile, BenchResult, result);
}

/** Pure: the part as far as it was measured on this commit; null where nothing of it was. */
export function partOn<K extends PartResult['kind']>(
  { parts }: BenchResult,
  part: Part,
  kind: K,
  commit: string,
): Extract<PartResult, { kind: K }> | null {
  const stored = parts[part];
  return stored !== undefined && isOf(stored, kind) && stored.commit === commit ? stored : null;
}

/** Pure: whether a unit needs not be measured again: a round that others disturbed does not count as measured. */
export function isMeasured({ parts }: BenchResult, { part, round }: Unit, commit: string): boolean {
  const stored = parts[part];
  if (stored?.commit !== commit) return false;
  const rounds: readonly (UpRound | RehearsalRound | AccuracyRound)[] = stored.rounds;
  return rounds.some((one) => one.round === round && !isDisturbed(one));
}

/** Pure: with one more round, which takes the place of an earlier one of the same number. */
export function withRound<R extends { readonly round: number }>(rounds: readonly R[], one: R): R[] {
  return [...rounds.filter(({ round }) => round !== one.round), one].sort((a, b) => a.round - b.round);
}

/** Of the checkout; what is not committed is said, apart from results. */
export async function currentCommit(): Promise<string> {
  const git = async (...argv: readonly string[]): Promise<string> =>
    (await execa('git', argv, { cwd: packageRoot })).stdout;
  const commit = await git('rev-parse', '--short=10', 'HEAD');
  const changed = await git('status', '--porcelain', '--', '.', ':!tests/results', ':!*.md');
  return changed === '' ? commit : `${commit} and what was not committed`;
}

function isOf<K extends PartResult['kind']>(
  part: PartResult,
  kind: K,
): part is Extract<PartResult, { kind: K }> {
  return part.kind === kind;
}
