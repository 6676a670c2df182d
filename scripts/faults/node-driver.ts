import { assertNever } from '../../infra/errors.ts';
import { linkText } from '../../infra/plan/target.ts';
import { isNodeFault, type NodeFault } from '../../infra/spec/fault.ts';
import { allDone } from './all-done.ts';
import type { FamilyDriver } from './fault-driver.ts';
import type { DiskDriver } from './disk-driver.ts';
import type { DiskLayers } from './disk-layers.ts';
import type { LinksDriver } from './links-driver.ts';
import { victimNamed, type Victim } from './victim.ts';

/**
 * What is done to a node as a whole. One that starts anew gets what stands in front of its disks and what is active on them and
 * on its links again, and is waited for.
 */
export function nodeDriver(
  victims: readonly Victim[],
  links: LinksDriver,
  layers: DiskLayers,
  disks: DiskDriver,
): FamilyDriver {
  return {
    async inject({ fault, targets }) {
      if (!isNodeFault(fault)) return;
      await allDone(targets.map(async (node) => takeAway(victimNamed(victims, node), fault)));
    },
    async heal({ fault, targets }, active, ended = new Set()) {
      if (!isNodeFault(fault)) return;
      await allDone(
        targets.map(async (node) => {
          const victim = victimNamed(victims, node);
          if (fault.kind === 'node.pause') {
            if (!ended.has(node)) await victim.machine.resume();
            return;
          }
          await victim.machine.start();
          await victim.rearm();
          await layers.bringBack(node);
          await disks.bringBack(node, active);
          const others = victims.filter((other) => other !== victim);
          const own = others.flatMap((other) => [linkText(node, other.node), linkText(other.node, node)]);
          const stillDown = new Set([...ended].filter((one) => !targets.includes(one)));
          await links.bringTo(own, active, stillDown);
          await victim.ready();
        }),
      );
    },
  };
}

async function takeAway({ machine }: Victim, { kind }: NodeFault): Promise<void> {
  switch (kind) {
    case 'node.pause':
      await machine.pause();
      return;
    case 'node.kill':
      await machine.kill();
      return;
    case 'node.reboot':
      await machine.shutDown();
      return;
    default:
      assertNever(kind);
  }
}
