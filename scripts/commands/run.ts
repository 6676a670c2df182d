import { z } from 'zod';
import { EXIT, UsageError, type ExitCode } from '../../infra/errors.ts';
import { waitsForLaterSuites } from '../../infra/plan/later-suites.ts';
import { loadPlan } from '../../infra/plan/load-plan.ts';
import { refuseWithoutControl } from '../../infra/plan/memory-limits.ts';
import { CoreDump, coresFile } from '../evidence/core-dump.ts';
import { redactorFor } from '../evidence/known-secrets.ts';
import { hostAbilities } from '../faults/side-car/abilities.ts';
import { readCalibration } from '../faults/kinds/calibration.ts';
import { driverOf } from '../faults/fault-driver.ts';
import { refuseWhatCannotBe } from '../faults/kinds/requirements.ts';
import type { FaultStage } from '../faults/session.ts';
import { printJson, printResult } from '../output.ts';
import { openProgress } from '../progress/open.ts';
import { rehearse } from '../rehearsal/rehearsal.ts';
import { exitCode } from '../verdict/verdict.ts';
import { FolderReader } from '../report/folder-reader.ts';
import { summary } from '../report/summary.ts';
import { screenOf } from '../screen.ts';
import { imagesReady } from '../setup/images.ts';
import { ensureReady } from '../setup/setup.ts';
import { listenForInterrupts } from '../teardown/interrupt.ts';
import { reapQuietly } from '../teardown/reap.ts';

export interface RunCommand {
  readonly cluster: string;
  readonly profile: readonly string[];
  readonly seed: number;
  readonly suite: readonly string[];
  readonly set: Readonly<Record<string, string>>;
  readonly control: 'always' | 'cached' | 'never';
  readonly keep: 'always' | 'on-failure' | 'never';
  readonly backend: 'docker' | 'aws';
  readonly pcap: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/**
 * `understudy run`: the spec is read before Docker is looked for; a mistake in it needs no engine. `faultDriver` is for
 * tests that leave out a part of it.
 */
export async function run(
  flags: RunCommand,
  faultDriver: FaultStage['driver'] = driverOf,
): Promise<ExitCode> {
  const { cluster, profile: profiles, seed, set, suite: suites } = flags;
  const loaded = loadPlan({ cluster, profiles, seed, set, suites });
  if (flags.control === 'never') refuseWithoutControl(loaded.plan);
  if (flags.backend !== 'docker')
    throw new UsageError('not-yet', `backend "${flags.backend}" is not built yet`, {
      hint: '--backend docker',
    });
  if (flags.dryRun) {
    const { planHash, scheduleHash } = loaded.hashes;
    // The hashes are those of the plan as it is; what is printed may stand in a build's log.
    const document = redactorFor(loaded.plan).value({ schema: 1, planHash, scheduleHash, plan: loaded.plan });
    if (flags.json) printJson(document);
    else printResult(JSON.stringify(document, null, 2));
    return EXIT.pass;
  }

  const progress = openProgress();
  for (const note of waitsForLaterSuites(loaded.plan)) progress.note(note);
  const { engine, host, toolbox } = await ensureReady(progress);
  const faults = [...loaded.plan.conditions, ...loaded.plan.schedule];
  const abilities = await hostAbilities(engine, toolbox);
  refuseWhatCannotBe(faults, abilities, readCalibration());
  await reapQuietly(progress);
  using interrupts = listenForInterrupts({
    onSignal: (_signal, count) => {
      progress.note(
        count === 1
          ? 'interrupted: evidence is saved and the cluster taken down (again: skip the evidence)'
          : 'skipping the evidence, taking the cluster down',
      );
    },
  });
  await progress.step('images', async (step) => {
    await imagesReady(engine, loaded, progress, {
      signal: interrupts.signal,
      onOutput: (stack, line) => {
        step.update(`${stack}: ${line.slice(0, 60)}`);
      },
    });
    step.update(''); // what a build said last is no result
  });
  const verdict = await rehearse(
    { loaded, control: flags.control, keep: flags.keep, pcap: flags.pcap },
    { engine, host, toolbox, abilities, progress, interrupts, faultDriver },
  );
  if (flags.json) printJson(verdict);
  else printResult(summary(verdict, coresIn(verdict.runFolder), screenOf(process.stdout)));
  return exitCode(verdict);
}

function coresIn(runFolder: string): readonly CoreDump[] {
  return new FolderReader(runFolder).json(coresFile, z.array(CoreDump)) ?? [];
}
