import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { driverOf, type FaultDriver } from '../../scripts/faults/fault-driver.ts';
import { diskOf, type Victim } from '../../scripts/faults/victim/victim.ts';
import { run } from '../../scripts/commands/run.ts';
import { isDiskFault } from '../../infra/spec/fault.ts';

/**
 * `understudy run CLUSTER --profile PROFILE [--suite SUITE] --json` with one part of the faults' driver left out or done
 * wrongly, everything else real:
 *
 *   node sabotaged-rehearsal.ts inject|heal|heal-of-windows|mount-over|uniform CLUSTER PROFILE [SUITE]
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
    case 'heal-of-windows':
      return {
        ...real,
        heal: async (fault, active) => (fault.startMs === null ? real.heal(fault, active) : undefined),
      };
    case 'uniform':
      return {
        ...real,
        inject: async (fault, active, until) => real.inject(uniformly(fault), active.map(uniformly), until),
      };
    case 'mount-over':
      return { ...real, ...mountingOver(victims) };
    default:
      throw new Error(
        `left out can be inject, heal, heal-of-windows, mount-over or uniform, got "${leftOut ?? ''}"`,
      );
  }
}

/** As far as its quartiles tell, a normal jitter of that size. */
function uniformly(scheduled: ScheduledFault): ScheduledFault {
  const { fault } = scheduled;
  if (fault.kind !== 'network.jitter' || fault.distribution !== 'normal') return scheduled;
  return { ...scheduled, fault: { ...fault, jitterMs: fault.jitterMs * 1.35, distribution: 'uniform' } };
}

/** A read-only mount over each disk: it meets who comes by the path, and nobody who is inside already. Links are left alone. */
function mountingOver(victims: readonly Victim[]): Pick<FaultDriver, 'inject' | 'heal'> {
  const inside = (...argv: readonly string[]): readonly string[] => ['nsenter', '-t', '1', '-m', ...argv];
  return {
    async inject({ id, fault, targets }) {
      if (!isDiskFault(fault)) return;
      for (const target of targets) {
        const { victim, path } = diskOf(victims, target);
        victim.hold.undo(id, inside('umount', path));
        await victim.hold.do(inside('mount', '--bind', path, path));
        await victim.hold.do(inside('mount', '-o', 'remount,bind,ro', path));
      }
    },
    async heal({ id, fault, targets }) {
      if (!isDiskFault(fault)) return;
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
