import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { connectEngine } from '../infra/components/docker/engine.ts';
import { EXIT, messageOf } from '../infra/errors.ts';
import { packageRoot } from '../infra/places.ts';
import { Verdict } from '../scripts/verdict/verdict.ts';
import { describeMachine } from './bench/machine.ts';
import { startCommand } from './bench/peers/command.ts';
import { currentCommit } from './bench/store.ts';
import { argvOf, judged, wantedRuns, type PairRun, type Wanted } from './pairs/pair-run.ts';
import {
  canHold,
  isDone,
  line,
  readResult,
  resultFile,
  summary,
  withRun,
  writeResult,
} from './pairs/result.ts';
import { say } from './support/checks.ts';
import { runNamed } from './support/named-command.ts';
import { namedOptions, parsePiece, pieceOf, resumable } from './support/named-options.ts';
import { untilInterrupted } from './support/until-interrupted.ts';

/**
 * `npm run pairs [-- --part 1/10] [--again] [--table]`: whether the naive farm passes without a profile and fails with it,
 * at the named assertion, while every receipt holds. Each run is written to tests/results/honest-pairs.json as soon as it
 * has ended; what that file holds of this commit is not run again without --again. --table only prints what it holds.
 */
await runNamed(main);

async function main(): Promise<number> {
  const values = namedOptions(resumable);
  const chosen = pieceOf(wantedRuns, parsePiece(values.part));
  const [machine, commit] = await Promise.all([describeMachine(connectEngine()), currentCommit()]);
  let result = readResult(commit, machine);
  const left = values.table ? [] : chosen.filter((wanted) => values.again || !isDone(result, wanted));

  const interrupted = await untilInterrupted(left, async (wanted, signal) => {
    const run = await pairRun(wanted, signal);
    result = withRun(result, run);
    writeResult(result);
    say(line(run));
  });
  say(`\n${summary(result)}\n\nevery run: ${resultFile}`);
  if (interrupted) return EXIT.interrupted;
  return canHold(result) ? EXIT.pass : EXIT.fail;
}

/** One run, as a user types it. The folder of one that went as promised goes; any other's stays to be looked at. */
async function pairRun(wanted: Wanted, signal: AbortSignal): Promise<PairRun> {
  const began = performance.now();
  const at = new Date().toISOString();
  const took = (): number => Math.round(performance.now() - began);
  try {
    const expected = [EXIT.pass, EXIT.fail, EXIT.invalid, EXIT.residue];
    const launcher = join(packageRoot, 'scripts/understudy');
    const { stdout } = await startCommand(launcher, argvOf(wanted), { signal, expected }).done;
    const verdict = Verdict.parse(JSON.parse(stdout));
    const run = { ...judged(wanted, verdict), at, tookMs: took() };
    if (run.asPromised) rmSync(verdict.runFolder, { recursive: true, force: true });
    else say(`not as promised, kept to be looked at: ${verdict.runFolder}`);
    return run;
  } catch (error) {
    signal.throwIfAborted();
    const failure = messageOf(error);
    const nothing = {
      verdict: null,
      why: [],
      receipts: 0,
      receiptsThatHold: 0,
      failing: [],
      asPromised: false,
    };
    return { ...wanted, ...nothing, failure, at, tookMs: took() };
  }
}
