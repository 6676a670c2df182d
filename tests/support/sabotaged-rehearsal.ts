import { driverOf, type FaultDriver } from '../../scripts/faults/fault-driver.ts';
import type { Victim } from '../../scripts/faults/victim.ts';
import { run } from '../../scripts/commands/run.ts';

/**
 * `understudy run CLUSTER --profile PROFILE --json` with one part of the faults' driver left out, everything else real:
 *
 *   node sabotaged-rehearsal.ts inject|heal CLUSTER PROFILE
 */
const [leftOut, cluster = '', profile = ''] = process.argv.slice(2);
const nothing = async (): Promise<void> => Promise.resolve();

function sabotaged(victims: readonly Victim[]): FaultDriver {
  const real = driverOf(victims);
  switch (leftOut) {
    case 'inject':
      return { ...real, inject: nothing };
    case 'heal':
      return { ...real, heal: nothing, release: nothing };
    default:
      throw new Error(`left out can be inject or heal, got "${leftOut ?? ''}"`);
  }
}

process.exitCode = await run(
  {
    cluster,
    profile: [profile],
    seed: 5,
    set: {},
    suite: [],
    control: 'never',
    keep: 'never',
    backend: 'docker',
    dryRun: false,
    json: true,
  },
  sabotaged,
);
