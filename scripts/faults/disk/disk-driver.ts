import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { nodesOf } from '../../../infra/plan/target.ts';
import { assertNever } from '../../../infra/errors.ts';
import {
  isDiskCallFault,
  isDiskFault,
  type DiskCallFault,
  type DiskFault,
} from '../../../infra/spec/fault.ts';
import { allDone } from '../../all-done.ts';
import type { FamilyDriver } from '../victim/family-driver.ts';
import { heldDriver } from '../victim/held-driver.ts';
import { diskOf, type Victim } from '../victim/victim.ts';

export interface DiskDriver extends FamilyDriver {
  /** On a node that has started anew: what calls there are to meet still. */
  bringBack(node: string, active: readonly ScheduledFault[]): Promise<void>;
}

/** Programs in the side-car, and what calls meet, by the layer that stands in front of the disk (DiskLayers put it there). */
export function diskDriver(victims: readonly Victim[]): DiskDriver {
  const held = heldDriver(victims, ({ id, fault }, target) => {
    const { path } = diskOf(victims, target);
    if (isDiskCallFault(fault)) return { argv: ['diskfault', path, ...wordsOf(fault)] };
    if (!isDiskFault(fault)) throw new Error(`${id} is of another family`);
    return { argv: programOf(fault, path, `${id}:${path}`.replaceAll(/[^A-Za-z0-9]/g, '-')) };
  });
  return {
    ...held,
    async bringBack(node, active) {
      const lost = active.filter(({ fault }) => isDiskCallFault(fault));
      for (const one of lost) {
        const targets = one.targets.filter((target) => nodesOf(target).includes(node));
        if (targets.length > 0) await this.inject({ ...one, targets }, active);
      }
    },
    async inject(scheduled, active) {
      if (isDiskCallFault(scheduled.fault))
        await allDone(scheduled.targets.map(async (target) => nobodyPasses(diskOf(victims, target))));
      await held.inject(scheduled, active);
    },
  };
}

/** @throws who had something of a disk open before the layer came: of a fault they would feel nothing. */
async function nobodyPasses({
  victim,
  path,
}: {
  readonly victim: Victim;
  readonly path: string;
}): Promise<void> {
  const { exitCode, stdout } = await victim.sideCar.exec(['disklayer', 'past', path], { timeoutMs: 10_000 });
  if (exitCode === 0 && stdout === '') return;
  const who = stdout.trim().replaceAll('\n', ', ');
  throw new Error(
    `${victim.node}: ${who}, since before a fault could come between it and ${path}: \`units:\` of its role are started anew for that, other processes must not have files open there when a run begins`,
  );
}

function programOf(fault: DiskFault, path: string, name: string): readonly string[] {
  switch (fault.kind) {
    case 'disk.space':
      return ['diskfill', 'bytes', path, String(fault.freeBytes), name];
    case 'disk.inodes':
      return ['diskfill', 'inodes', path, String(fault.freeInodes), name];
    case 'disk.readonly':
      return ['diskreadonly', path];
    default:
      return assertNever(fault);
  }
}

/** As images/toolbox/diskfault.c takes them. */
function wordsOf(fault: DiskCallFault): readonly string[] {
  switch (fault.kind) {
    case 'disk.slow':
      return ['slow', letters(fault.calls), String(fault.delayMs)];
    case 'disk.rate':
      return ['rate', 'rw', String(fault.bytesPerSecond)];
    case 'disk.hang':
      return ['hang', letters(fault.calls)];
    case 'disk.error':
      return ['error', letters(fault.calls), String(fault.every)];
    case 'disk.corrupt':
      return [fault.how, fault.files];
    case 'disk.lost-sync':
      return ['forget', fault.lies ? 'lies' : 'honestly'];
    default:
      return assertNever(fault);
  }
}

function letters(calls: readonly string[]): string {
  return calls.map((call) => call.charAt(0)).join('');
}
