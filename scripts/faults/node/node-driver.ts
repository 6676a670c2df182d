import { assertNever } from '../../../infra/errors.ts';
import { linkText } from '../../../infra/plan/target.ts';
import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { isNodeFault, isReplacingFault, type NodeFault } from '../../../infra/spec/fault.ts';
import { allDone } from '../../all-done.ts';
import type { FamilyDriver } from '../victim/family-driver.ts';
import type { DiskDriver } from '../disk/disk-driver.ts';
import type { DiskLayers } from '../disk/disk-layers.ts';
import type { LinksDriver } from '../network/links-driver.ts';
import type { MetadataArms } from '../metadata/metadata-arms.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';

/** What is done to a node as a whole. */
export function nodeDriver(victims: readonly Victim[], giveBack: GiveBack): FamilyDriver {
  return {
    async inject({ fault, targets }) {
      if (!isNodeFault(fault)) return;
      await allDone(targets.map(async (node) => takeAway(victimNamed(victims, node), fault)));
    },
    async heal(scheduled, active, ended = new Set()) {
      const { fault, targets } = scheduled;
      if (!isNodeFault(fault)) return;
      if (fault.kind !== 'node.pause') {
        await giveBack(scheduled, active, ended);
        return;
      }
      const there = targets.filter((node) => !ended.has(node));
      await allDone(there.map(async (node) => victimNamed(victims, node).machine.resume()));
    },
  };
}

/** The nodes of a fault start anew, or others do in their places. */
export type GiveBack = (
  scheduled: ScheduledFault,
  active: readonly ScheduledFault[],
  ended: ReadonlySet<string>,
) => Promise<void>;

/** What a node that starts anew gets again: what idles there, and what is active on it. */
interface BroughtBack {
  readonly links: Pick<LinksDriver, 'bringTo'>;
  readonly metadata: Pick<MetadataArms, 'rearm'>;
  readonly layers: Pick<DiskLayers, 'bringBack'>;
  readonly disks: Pick<DiskDriver, 'bringBack'>;
}

/** Each is waited for; links when both of their ends are back: of all nodes that start at one moment none is the first. */
export function givingBack(victims: readonly Victim[], drivers: BroughtBack): GiveBack {
  const { links, metadata, layers, disks } = drivers;
  return async ({ fault, targets }, active, ended) => {
    const isReplaced = isReplacingFault(fault);
    const stillDown = new Set([...ended].filter((one) => !targets.includes(one)));
    await allDone(
      targets.map(async (node) => {
        const victim = victimNamed(victims, node);
        if (isReplaced) await victim.replace();
        else {
          await victim.machine.start();
          await victim.rearm();
        }
        await metadata.rearm(node, isReplaced);
        await layers.bringBack(node);
        await disks.bringBack(node, active);
      }),
    );
    await links.bringTo(linksOf(targets, victims), active, stillDown);
    await allDone(targets.map(async (node) => victimNamed(victims, node).ready()));
  };
}

/** All that begin or end at one of these nodes, each once. */
function linksOf(targets: readonly string[], victims: readonly Victim[]): readonly string[] {
  const links = targets.flatMap((node) =>
    victims
      .filter((other) => other.node !== node)
      .flatMap((other) => [linkText(node, other.node), linkText(other.node, node)]),
  );
  return [...new Set(links)];
}

async function takeAway({ machine }: Victim, { kind }: NodeFault): Promise<void> {
  switch (kind) {
    case 'node.pause':
      await machine.pause();
      return;
    case 'node.kill':
    case 'node.replace':
      await machine.kill();
      return;
    case 'node.reboot':
      await machine.shutDown();
      return;
    default:
      assertNever(kind);
  }
}
