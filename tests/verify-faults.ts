import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connectEngine } from '../infra/components/docker/engine.ts';
import { EXIT, InterruptedError, UsageError } from '../infra/errors.ts';
import { packageRoot } from '../infra/places.ts';
import { listenForInterrupts } from '../scripts/teardown/interrupt.ts';
import { Verdict } from '../scripts/verdict/verdict.ts';
import { describeMachine } from './bench/machine.ts';
import { startCommand } from './bench/peers/command.ts';
import { currentCommit } from './bench/store.ts';
import { say } from './support/checks.ts';
import { everyKindProfile, kindsCluster } from './support/every-kind.ts';
import { runNamed } from './support/named-command.ts';
import { writtenSpec } from './support/written-spec.ts';
import {
  allHold,
  faultsTable,
  readResult,
  resultFile,
  writeResult,
  type Round,
} from './verify/faults-result.ts';

/**
 * `npm run verify-faults [-- --rounds 3] [--again]`: every kind of fault on a real cluster, asked beside measured. Each
 * round is written to tests/results/verify-faults.json as soon as it has ended; rounds of this commit that are there count.
 */
await runNamed(main);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '3' }, again: { type: 'boolean', default: false } },
  });
  const wanted = Number(values.rounds);
  if (!Number.isInteger(wanted) || wanted < 1)
    throw new UsageError('rounds', `--rounds ${values.rounds} is no number of rounds`, { hint: '1 or more' });
  const [machine, commit] = await Promise.all([describeMachine(connectEngine()), currentCommit()]);
  const known = readResult(commit, machine);
  let result = values.again ? { ...known, rounds: [] } : known;
  using profile = writtenSpec({ 'every-kind.yaml': everyKindProfile() });
  using interrupts = listenForInterrupts();
  const { signal } = interrupts;
  try {
    for (let round = result.rounds.length; round < wanted; round += 1) {
      signal.throwIfAborted();
      const one = await roundOf(profile.path('every-kind.yaml'), signal);
      result = { ...result, rounds: [...result.rounds, one] };
      writeResult(result);
      say(`round ${round + 1} of ${wanted}: ${[one.verdict, ...one.why].join('; ')}`);
    }
  } catch (error) {
    if (!(signal.reason instanceof InterruptedError)) throw error;
  }
  say(`\n${faultsTable(result)}\n\nevery receipt: ${resultFile}`);
  if (signal.aborted) return EXIT.interrupted;
  return allHold(result) ? EXIT.pass : EXIT.fail;
}

/** One run, as a user types it. The folder of one that passed goes; any other's stays to be looked at. */
async function roundOf(profile: string, signal: AbortSignal): Promise<Round> {
  const at = new Date().toISOString();
  const argv = ['run', kindsCluster, '--profile', profile, '--control', 'never', '--json'];
  const expected = [EXIT.pass, EXIT.fail, EXIT.invalid, EXIT.residue];
  const launcher = join(packageRoot, 'scripts/understudy');
  const { stdout } = await startCommand(launcher, argv, { signal, expected }).done;
  const { verdict, why, residue, receipts, runFolder } = Verdict.parse(JSON.parse(stdout));
  if (verdict === 'pass') rmSync(runFolder, { recursive: true, force: true });
  else say(`kept to be looked at: ${runFolder}`);
  return { at, verdict, why, residue, receipts };
}
