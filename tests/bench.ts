import { connectEngine } from '../infra/components/docker/engine.ts';
import { EXIT, InterruptedError } from '../infra/errors.ts';
import { listenForInterrupts } from '../scripts/teardown/interrupt.ts';
import { measureUnit, withBench } from './bench/bench.ts';
import { describeMachine } from './bench/machine.ts';
import { currentCommit, isMeasured, readResult, resultFile, writeResult } from './bench/store.ts';
import { failuresOf, summary } from './bench/summary.ts';
import { chooseUnits } from './bench/units.ts';
import { say } from './support/checks.ts';
import { runNamed } from './support/named-command.ts';
import { namedOptions, parsePiece, resumable } from './support/named-options.ts';

/**
 * `npm run bench [-- --only up,rehearsal] [--part 1/6] [--again] [--table]`: how fast and how exact, beside the peers.
 * Each unit is written to tests/results/bench.json as soon as it is measured; what that file already holds of this
 * commit is not measured again without --again. --table only prints what it holds.
 */
await runNamed(main);

async function main(): Promise<number> {
  const values = namedOptions({ ...resumable, only: { type: 'string', default: '' } });
  const only = values.only.split(',').filter((word) => word !== '');
  const units = chooseUnits({ only, piece: parsePiece(values.part) });
  const [machine, commit] = await Promise.all([describeMachine(connectEngine()), currentCommit()]);
  let result = readResult(machine);
  const wanted = values.table
    ? []
    : units.filter((unit) => values.again || !isMeasured(result, unit, commit));

  using interrupts = listenForInterrupts();
  const { signal } = interrupts;
  if (wanted.length > 0) {
    say(`${wanted.length} of ${units.length} chosen units to measure, commit ${commit}`);
    await withBench({ commit, signal, say }, async (bench) => {
      for (const unit of wanted) {
        signal.throwIfAborted();
        say(`${unit.part}, round ${unit.round}`);
        result = await measureUnit(bench, unit, result);
        writeResult(result);
      }
    }).catch((error: unknown) => {
      if (!(signal.reason instanceof InterruptedError)) throw error;
    });
  }
  say(`\n${summary(result)}\n\nevery figure: ${resultFile}`);
  if (signal.aborted) return EXIT.interrupted;
  return failuresOf(result).length === 0 ? EXIT.pass : EXIT.fail;
}
