import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { driverOf, type FaultDriver } from '../../scripts/faults/fault-driver.ts';
import { diskOf, type Victim } from '../../scripts/faults/victim/victim.ts';
import { run } from '../../scripts/commands/run.ts';
import { everyFault } from './every-kind.ts';

/**
 * `understudy run CLUSTER --profile PROFILE [--suite SUITE] --json` with one part of the faults' driver left out or done
 * wrongly, everything else real:
 *
 *   node sabotaged-rehearsal.ts inject|heal|either|heal-of-windows|mount-over CLUSTER PROFILE [SUITE]
 */
const [leftOut, cluster = '', profile = '', suite] = process.argv.slice(2);
const nothing = async (): Promise<void> => Promise.resolve();

function sabotaged(victims: readonly Victim[]): FaultDriver {
  const real = driverOf(victims);
  switch (leftOut) {
    case 'inject':
      return { ...real, inject: nothing };
    case 'heal':
      return { ...real, heal: nothing, release: nothing };
    case 'either':
      return {
        ...real,
        release: nothing,
        inject: async (fault, active, until) =>
          isInjectLeftOut(fault) ? undefined : real.inject(fault, active, until),
        heal: async (fault, active, ended) =>
          isInjectLeftOut(fault) ? real.heal(fault, active, ended) : undefined,
      };
    case 'heal-of-windows':
      return {
        ...real,
        heal: async (fault, active) => (fault.startMs === null ? real.heal(fault, active) : undefined),
      };
    case 'mount-over':
      return { ...real, ...mountingOver(victims) };
    default:
      throw new Error(
        `left out can be inject, heal, either, heal-of-windows or mount-over, got "${leftOut ?? ''}"`,
      );
  }
}

/** Of every other kind, in the order of the table. */
function isInjectLeftOut({ fault }: ScheduledFault): boolean {
  return everyFault.findIndex(({ kind }) => kind === fault.kind) % 2 === 0;
}

/** A read-only mount over the disk: it meets who comes by the path, and nobody who is inside already. */
function mountingOver(victims: readonly Victim[]): Pick<FaultDriver, 'inject' | 'heal'> {
  const inside = (...argv: readonly string[]): readonly string[] => ['nsenter', '-t', '1', '-m', ...argv];
  return {
    async inject({ id, targets }) {
      for (const target of targets) {
        const { victim, path } = diskOf(victims, target);
        await victim.hold.undo(id, inside('umount', path));
        await victim.hold.do(inside('mount', '--bind', path, path));
        await victim.hold.do(inside('mount', '-o', 'remount,bind,ro', path));
      }
    },
    async heal({ id, targets }) {
      for (const target of targets) await diskOf(victims, target).victim.hold.heal(id);
    },
  };
}

process.exitCode = await run(
  {
    cluster,
    profile: [profile],
    seed: 5,
    set: {},
    suite: suite === undefined ? [] : [suite],
    control: 'never',
    keep: 'never',
    backend: 'docker',
    pcap: false,
    dryRun: false,
    json: true,
  },
  sabotaged,
);
