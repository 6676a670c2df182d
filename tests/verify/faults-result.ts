import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { packageRoot } from '../../infra/places.ts';
import { quantity, round } from '../../scripts/report/quantity.ts';
import { holds } from '../../scripts/report/receipts-section.ts';
import { Receipt } from '../../scripts/verdict/receipt.ts';
import { Machine } from '../bench/result.ts';
import { table } from '../bench/table.ts';
import { readResultFile, writeResultFile } from '../support/result-file.ts';

export const resultFile = join(packageRoot, 'tests/results/verify-faults.json');

const Round = z.strictObject({
  round: z.int(),
  at: z.iso.datetime(),
  verdict: z.enum(['pass', 'fail', 'invalid']),
  why: z.array(z.string()),
  residue: z.array(z.string()),
  receipts: z.array(Receipt),
});
export type Round = z.infer<typeof Round>;

/** tests/results/verify-faults.json: every round of one commit on one machine; another commit begins anew. */
export const FaultsResult = z.strictObject({
  schema: z.literal(1),
  commit: z.string(),
  machine: Machine,
  sampled: z.string(),
  rounds: z.array(Round),
});
export type FaultsResult = z.infer<typeof FaultsResult>;

/** Each of them is every kind once. */
export const wantedRounds: readonly number[] = [1, 2, 3];

const sampled =
  'one fault of each kind, all at once on one cluster, each by itself on a link, disk, unit or node; nothing is tried again';

export function readResult(commit: string, machine: Machine): FaultsResult {
  const stored = readResultFile(resultFile, FaultsResult);
  const goesOn = stored?.commit === commit && isDeepStrictEqual(stored.machine, machine);
  return goesOn ? stored : { schema: 1, commit, machine, sampled, rounds: [] };
}

export function writeResult(result: FaultsResult): void {
  writeResultFile(resultFile, FaultsResult, result, 1);
}

/** Pure: every kind of every round was what was asked, alone, and healed, and nothing was left. */
export function allHold({ rounds }: FaultsResult): boolean {
  return (
    rounds.length > 0 &&
    rounds.every(
      ({ verdict, residue, receipts }) => verdict === 'pass' && residue.length === 0 && receipts.every(holds),
    )
  );
}

/** Pure: with one more round, which takes the place of an earlier one of the same number. */
export function withRound(result: FaultsResult, one: Round): FaultsResult {
  const rounds = [...result.rounds.filter(({ round }) => round !== one.round), one];
  return { ...result, rounds: rounds.sort((a, b) => a.round - b.round) };
}

/** docs/faults/README.md: the same table as people read it, between two marks. */
export const docsFile = join(packageRoot, 'docs/faults/README.md');
const marks = [
  '<!-- from tests/results/verify-faults.json by `npm run verify-faults` -->',
  '<!-- end -->',
] as const;

/** Pure: the page with the table of this result in it. */
export function withTable(page: string, result: FaultsResult): string {
  const [before = ''] = page.split(marks[0]);
  const [, after = ''] = page.split(marks[1]);
  return `${before}${[marks[0], '', markdownTable(result), '', marks[1]].join('\n')}${after}`;
}

function markdownTable({ rounds, commit, machine }: FaultsResult): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const dates = [...new Set(rounds.map(({ at }) => at.slice(0, 10)))].join(', ');
  const residue = rounds.flatMap((one) => one.residue);
  return [
    line(head),
    line(head.map(() => '---')),
    ...rowsOf(rounds).map(line),
    '',
    `Commit ${commit}, ${dates}, ${machine.cores} cores, ${rounds.length} rounds; residue: ${residue.length === 0 ? 'none' : residue.join(', ')}.`,
  ].join('\n');
}

const head = ['kind', 'asked', 'tolerance', 'measured', 'n', 'bystanders', 'inject', 'heal', 'holds'];

/** Pure: a row a kind, over all rounds: least and most of what was measured, and the slowest inject and heal. */
export function faultsTable({ rounds }: FaultsResult): string {
  const residue = rounds.flatMap((one) => one.residue);
  return [
    table(head, rowsOf(rounds)),
    '',
    `residue: ${residue.length === 0 ? 'none' : residue.join(', ')}`,
  ].join('\n');
}

function rowsOf(rounds: readonly Round[]): readonly (readonly string[])[] {
  const receipts = rounds.flatMap((one) => one.receipts);
  return [...Map.groupBy(receipts, ({ kind }) => kind)].map(([kind, of]) => rowOf(kind, of));
}

function rowOf(kind: string, receipts: Round['receipts']): readonly string[] {
  const [first] = receipts;
  if (first === undefined) return [kind];
  const { unit, requested, tolerance } = first;
  const during = receipts.map(({ measured }) => measured.during);
  const most = (of: (receipt: Round['receipts'][number]) => number): number => Math.max(...receipts.map(of));
  const [low, high] = [Math.min(...during), Math.max(...during)].map((value) => quantity(value, unit));
  return [
    kind,
    round(requested, unit),
    round(tolerance, unit),
    low === high ? (low ?? '') : `${low} to ${high}`,
    String(Math.min(...receipts.map(({ n }) => n))),
    String(Math.min(...receipts.map(({ bystanders }) => bystanders))),
    `${most(({ injectTookMs }) => injectTookMs)} ms`,
    `${most(({ healTookMs }) => healTookMs)} ms`,
    `${receipts.filter(holds).length} of ${receipts.length}`,
  ];
}
