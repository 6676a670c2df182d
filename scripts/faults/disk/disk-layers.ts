import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { isDiskCallFault } from '../../../infra/spec/fault.ts';
import { allDone } from '../../all-done.ts';
import { literally, noScaffolding, type Scaffolding } from '../side-car/scaffolding.ts';
import { restartDeadlineMs, restarted, servicesOf } from '../units/services.ts';
import { diskOf, victimNamed, type Victim } from '../victim/victim.ts';

/** How the node's mounts show a layer (images/toolbox/disklayer.c), but for what its disk is mounted with. */
const layerOptions = 'rw,user_id=0,group_id=0,default_permissions,allow_other';

/**
 * What stands in front of disks from before any fault until after the last: a file system that passes every call on. Who has
 * files of the disk open already goes past it, so units begin anew once it is there, and once more when it is gone.
 */
export class DiskLayers {
  readonly #victims: readonly Victim[];
  /** Paths of disks, by node. */
  readonly #layered = new Map<string, Set<string>>();

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  async arm(faults: readonly ScheduledFault[]): Promise<void> {
    const targets = new Set(
      faults.flatMap(({ fault, targets }) => (isDiskCallFault(fault) ? [...targets] : [])),
    );
    for (const target of targets) {
      const { victim, path } = diskOf(this.#victims, target);
      this.#layered.set(victim.node, (this.#layered.get(victim.node) ?? new Set()).add(path));
    }
    await allDone([...this.#layered.keys()].map(async (node) => this.bringBack(node)));
  }

  /** On a node that has no layer: since it has none yet, or has started anew. */
  async bringBack(node: string): Promise<void> {
    const paths = this.#layered.get(node);
    if (paths === undefined) return;
    const victim = victimNamed(this.#victims, node);
    for (const path of paths) await victim.hold.start(layerId(path), ['disklayer', path]);
    await startAnew(victim);
  }

  scaffolding(node: string): Scaffolding {
    const paths = this.#layered.get(node);
    if (paths === undefined) return noScaffolding;
    const come = [...paths].map((path) => new RegExp(`^mount ${literally(path)} \\S+ ${layerOptions}$`));
    return { come, gone: [] };
  }

  /** Until nobody has anything of a layer any more, and it has ended. */
  async release(ended: ReadonlySet<string>): Promise<void> {
    const there = [...this.#layered].filter(([node]) => !ended.has(node));
    await allDone(
      there.map(async ([node, paths]) => {
        const victim = victimNamed(this.#victims, node);
        for (const path of [...paths].reverse()) await victim.hold.heal(layerId(path));
        await startAnew(victim);
        for (const path of paths) await gone(victim, path);
        this.#layered.delete(node);
      }),
    );
  }
}

function layerId(path: string): string {
  return `disklayer:${path}`.replaceAll(/\s/g, ':');
}

async function startAnew(victim: Victim): Promise<void> {
  const services = servicesOf(victim);
  if (services.length === 0) return;
  const argv = ['systemctl', 'try-restart', ...services];
  const { exitCode, stderr } = await victim.access.exec(argv, { timeoutMs: restartDeadlineMs });
  if (exitCode !== 0)
    throw new Error(
      `${victim.node}: its units could not be started anew, to open their files through a layer in front of a disk, or without it: ${stderr.trim()}`,
    );
  await restarted(victim, services);
}

async function gone({ node, sideCar }: Victim, path: string): Promise<void> {
  const { exitCode, stdout } = await sideCar.exec(['disklayer', 'gone', path], { timeoutMs: 10_000 });
  if (exitCode !== 0) throw new Error(`${node}: ${stdout.trim().replaceAll('\n', ' ')}`);
}
