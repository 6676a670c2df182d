import { assertNever } from '../../../infra/errors.ts';
import { isProcessFault, type ProcessFault } from '../../../infra/spec/fault.ts';
import { unitFile } from '../../nodes/unit-file.ts';
import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import type { NodeAccess } from '../../nodes/node.ts';
import { allDone } from '../../all-done.ts';
import type { FamilyDriver } from '../victim/family-driver.ts';
import { holdId } from '../victim/held-driver.ts';
import { followersOf } from '../units/followers.ts';
import { killForMemory } from './oom-kill.ts';
import { unitOf, type Victim } from '../victim/victim.ts';

/** systemd waits for a unit that starts for 90 s by its own default; a unit that takes longer fails the heal. */
const startDeadlineMs = 100_000;

/**
 * Signals, what sends them over and over or at a call, the kernel's own, and an orderly end; in the end the unit runs, and what
 * ran before and went with it. Units that are to begin together are told by side-cars that wait for the word.
 */
export interface ProcessDriver extends FamilyDriver {
  /** Notes what follows the units that these faults are on, while all of it runs. */
  arm(faults: readonly ScheduledFault[]): Promise<void>;
}

export function processDriver(victims: readonly Victim[]): ProcessDriver {
  const followers = new Map<string, readonly string[]>();
  const unitsOf = (target: string): readonly string[] => {
    const { unit } = unitOf(victims, target);
    return [unitFile(unit), ...(followers.get(target) ?? [])];
  };
  return {
    async arm(faults) {
      const targets = new Set(
        faults.filter(({ fault }) => isProcessFault(fault)).flatMap((one) => one.targets),
      );
      await allDone(
        [...targets].map(async (target) => {
          const { victim, unit } = unitOf(victims, target);
          followers.set(target, await followersOf(victim.access, unitFile(unit)));
        }),
      );
    },
    async inject(scheduled) {
      const { fault } = scheduled;
      if (!isProcessFault(fault)) return;
      await allDone(
        scheduled.targets.map(async (target) =>
          hurt(holdId(scheduled, target), fault, unitOf(victims, target).victim, unitsOf(target)),
        ),
      );
    },
    async heal(scheduled, _active, ended = new Set()) {
      const { fault } = scheduled;
      if (!isProcessFault(fault)) return;
      await allDone(
        scheduled.targets.map(async (target) => {
          const { victim } = unitOf(victims, target);
          if (ended.has(victim.node)) return;
          if (isHeld(fault)) await victim.hold.heal(holdId(scheduled, target));
          if (isToBeStarted(fault)) await startedAgain(victim.access, unitsOf(target));
        }),
      );
    },
  };
}

async function hurt(
  id: string,
  fault: ProcessFault,
  victim: Victim,
  [file = '', ...followers]: readonly string[],
): Promise<void> {
  switch (fault.kind) {
    case 'process.kill':
      // "--kill-who" is what systemd before 252 knows, and later ones still take.
      await done(victim.access, ['systemctl', 'kill', '--kill-who=main', `--signal=${fault.signal}`, file]);
      return;
    case 'process.oom':
      await killForMemory(victim.access, file);
      return;
    case 'process.crash-loop':
      await victim.hold.start(id, ['unitfault', 'crash', file, String(fault.afterMs)]);
      return;
    case 'process.pause':
      await victim.hold.start(id, ['unitfault', 'pause', file]);
      return;
    case 'process.crash-point': {
      const { call, nth, path } = fault;
      await victim.hold.start(id, ['crashpoint', file, call, String(nth), path]);
      return;
    }
    case 'process.restart':
      victim.hold.undo(id, ['unitswitch', 'start', file, ...followers]);
      await victim.hold.do(['unitswitch', 'stop', file]);
      return;
    default:
      assertNever(fault);
  }
}

/** Others happen once: nothing of them goes on. */
function isHeld({ kind }: ProcessFault): boolean {
  return kind !== 'process.kill' && kind !== 'process.oom';
}

/** What stood still goes on, and what was stopped is started by its side-car. */
function isToBeStarted({ kind }: ProcessFault): boolean {
  return kind !== 'process.pause' && kind !== 'process.restart';
}

/** One that fell too often is not started again by systemd itself: that is forgotten first. */
async function startedAgain(node: NodeAccess, files: readonly string[]): Promise<void> {
  await done(node, ['systemctl', 'reset-failed', ...files]);
  await done(node, ['systemctl', 'start', ...files]);
}

async function done(node: NodeAccess, argv: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await node.exec(argv, { timeoutMs: startDeadlineMs });
  if (exitCode !== 0)
    throw new Error(`${node.name}: "${argv.join(' ')}" ended with ${exitCode}: ${stderr.trim()}`);
}
