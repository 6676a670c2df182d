import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectEngine } from '../infra/components/docker/engine.ts';
import { EXIT } from '../infra/errors.ts';
import { packageRoot } from '../infra/places.ts';
import { Verdict } from '../scripts/verdict/verdict.ts';
import { describeMachine } from './bench/machine.ts';
import { startCommand } from './bench/peers/command.ts';
import { currentCommit } from './bench/store.ts';
import { say } from './support/checks.ts';
import { everyKindProfile, kindsCluster } from './support/every-kind.ts';
import { runNamed } from './support/named-command.ts';
import { namedOptions, parsePiece, pieceOf, resumable } from './support/named-options.ts';
import { untilInterrupted } from './support/until-interrupted.ts';
import { writtenSpec } from './support/written-spec.ts';
import {
  allHold,
  docsFile,
  faultsTable,
  readResult,
  resultFile,
  wantedRounds,
  withRound,
  withTable,
  writeResult,
  type Round,
} from './verify/faults-result.ts';

/**
 * `npm run verify-faults [-- --part 1/3] [--again] [--table]`: every kind of fault on a real cluster, asked beside measured.
 * Each round is written to tests/results/verify-faults.json as soon as it has ended; what that file holds of this commit is
 * not run again without --again. --table only prints what it holds. The table of docs/faults is written from it.
 */
await runNamed(main);

async function main(): Promise<number> {
  const values = namedOptions(resumable);
  const chosen = pieceOf(wantedRounds, parsePiece(values.part));
  const [machine, commit] = await Promise.all([describeMachine(connectEngine()), currentCommit()]);
  let result = readResult(commit, machine);
  const isDone = (wanted: number): boolean => result.rounds.some(({ round }) => round === wanted);
  const left = values.table ? [] : chosen.filter((round) => values.again || !isDone(round));

  using profile = writtenSpec({ 'every-kind.yaml': everyKindProfile() });
  const interrupted = await untilInterrupted(left, async (round, signal) => {
    const one = await roundOf(round, profile.path('every-kind.yaml'), signal);
    result = withRound(result, one);
    writeResult(result);
    say(`round ${round}: ${[one.verdict, ...one.why].join('; ')}`);
  });
  if (result.rounds.length > 0) writeFileSync(docsFile, withTable(readFileSync(docsFile, 'utf8'), result));
  say(`\n${faultsTable(result)}\n\nevery receipt: ${resultFile}`);
  if (interrupted) return EXIT.interrupted;
  return allHold(result) ? EXIT.pass : EXIT.fail;
}

/** One run, as a user types it. The folder of one that passed goes; any other's stays to be looked at. */
async function roundOf(round: number, profile: string, signal: AbortSignal): Promise<Round> {
  const at = new Date().toISOString();
  const argv = ['run', kindsCluster, '--profile', profile, '--control', 'never', '--json'];
  const expected = [EXIT.pass, EXIT.fail, EXIT.invalid, EXIT.residue];
  const launcher = join(packageRoot, 'scripts/understudy');
  const { stdout } = await startCommand(launcher, argv, { signal, expected }).done;
  const { verdict, why, residue, receipts, runFolder } = Verdict.parse(JSON.parse(stdout));
  if (verdict === 'pass') rmSync(runFolder, { recursive: true, force: true });
  else say(`kept to be looked at: ${runFolder}`);
  return { round, at, verdict, why, residue, receipts };
}
