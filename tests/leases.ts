import { connectEngine } from '../infra/components/docker/engine.ts';
import { EXIT } from '../infra/errors.ts';
import { describeMachine } from './bench/machine.ts';
import { currentCommit } from './bench/store.ts';
import { killedAt } from './leases/moment.ts';
import {
  isClean,
  readResult,
  resultFile,
  summary,
  wantedMoments,
  withMoment,
  writeResult,
} from './leases/result.ts';
import { say } from './support/checks.ts';
import { runNamed } from './support/named-command.ts';
import { namedOptions, parsePiece, pieceOf, resumable } from './support/named-options.ts';
import { untilInterrupted } from './support/until-interrupted.ts';

/**
 * `npm run leases [-- --part 1/5] [--again] [--table]`: what becomes of faults whose controller is killed, with its watcher
 * and without, at moments that a seed picks. Each is written to tests/results/leases.json as soon as it has ended; what that
 * file holds of this commit is not run again without --again. --table only prints what it holds.
 */
await runNamed(main);

async function main(): Promise<number> {
  const values = namedOptions(resumable);
  const chosen = pieceOf(wantedMoments, parsePiece(values.part));
  const [machine, commit] = await Promise.all([describeMachine(connectEngine()), currentCommit()]);
  let result = readResult(commit, machine);
  const isDone = (wanted: number): boolean => result.moments.some(({ number }) => number === wanted);
  const left = values.table ? [] : chosen.filter((number) => values.again || !isDone(number));
  const interrupted = await untilInterrupted(left, async (number) => {
    const moment = await killedAt(number);
    result = withMoment(result, moment);
    writeResult(result);
    const { dies, afterMs, inForce, tookMs } = moment;
    const found = isClean(moment) ? `clean after ${tookMs ?? 0} ms` : `LEFT: ${moment.left.join('; ')}`;
    say(
      `${number}: ${dies} killed ${afterMs} ms after the first inject, ${inForce.length} kinds in force: ${found}`,
    );
  });
  say(`\n${summary(result)}\n\nevery moment: ${resultFile}`);
  if (interrupted) return EXIT.interrupted;
  return result.moments.every(isClean) ? EXIT.pass : EXIT.fail;
}
