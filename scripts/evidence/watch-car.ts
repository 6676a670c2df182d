import type Docker from 'dockerode';
import { createInterface } from 'node:readline';
import { Duplex, PassThrough } from 'node:stream';
import { demux } from '../../infra/components/docker/demux.ts';
import { containerName } from '../../infra/components/docker/names.ts';
import type { BoundPlan, PlannedNode } from '../../infra/plan/plan.ts';
import { unitFile } from '../nodes/unit-file.ts';
import { declaredFiles } from './declared-files.ts';
import { watchLine, type WatchLine } from './sighting.ts';

const memoryBytes = 32 * 1024 * 1024;

/** Pure: what images/toolbox/processwatch.c is to look for in a node; null where there is nothing. */
export function watchArguments({ loaded }: BoundPlan, node: PlannedNode): readonly string[] | null {
  const { plan } = loaded;
  const isFirst = plan.nodes.find(({ role }) => role === node.role)?.name === node.name;
  const wanted = [
    ...(node.init === 'image' ? ['--entrypoint'] : []),
    ...(isFirst && plan.suites.some(({ where }) => where === node.role) ? ['--suites'] : []),
    ...node.units.flatMap((unit) => ['--unit', unitFile(unit)]),
  ];
  if (wanted.length === 0) return null;
  return ['processwatch', ...wanted, ...declaredFiles(plan, node).flatMap((path) => ['--file', path])];
}

/**
 * The side-car that looks into a node's processes. It is made when the node is, to join the moment that one starts; it
 * ends with the node, at the end of its input (so with us), and when it has seen all; and removes itself.
 */
export class WatchCar {
  readonly #make: () => Promise<Attached>;
  #idle: Promise<Attached> | null = null;
  #joined: Attached | null = null;

  constructor(engine: Docker, bound: BoundPlan, node: string, image: string, argv: readonly string[]) {
    const inside = `container:${containerName(bound, node)}`;
    let made = 0;
    this.#make = async () => {
      made += 1; // the one before may not be gone yet
      const container = await engine.createContainer({
        name: `${containerName(bound, node)}-processes-${made}`,
        Image: image,
        Entrypoint: [...argv],
        Labels: { ...bound.labels, 'dev.understudy.role': 'processes' },
        OpenStdin: true,
        StdinOnce: true,
        HostConfig: {
          PidMode: inside,
          // It needs no network; one of its own would take longer to make than all the rest (measured: 175 to 70 ms).
          NetworkMode: inside,
          AutoRemove: true,
          ReadonlyRootfs: true,
          Memory: memoryBytes,
          // What it says is evidence, and secret until it is redacted: no second copy of it.
          LogConfig: { Type: 'none', Config: {} },
          CapDrop: ['ALL'],
          // Another account's environment, and files that only their owner reads.
          CapAdd: ['SYS_PTRACE', 'DAC_READ_SEARCH'],
        },
      });
      const ask = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true };
      const input = await container.attach(ask);
      if (!(input instanceof Duplex)) throw new Error('the engine gave no two-way stream');
      const stdout = new PassThrough();
      demux(input, stdout, new PassThrough().resume());
      for (const end of ['close', 'end', 'error']) input.once(end, () => stdout.end());
      return { container, input, stdout };
    };
  }

  /** The node is made, and will start: what can be done before that is done. */
  prepare(): void {
    this.#idle ??= this.#make();
    // Whoever lets it join hears of a failure.
    this.#idle.catch(() => undefined);
  }

  /** Joins the node, which runs, and hands over what it sees until it ends. */
  async join(onLine: (line: WatchLine) => void): Promise<void> {
    const attached = await (this.#idle ?? this.#make());
    this.#idle = null;
    this.#joined = attached;
    try {
      await attached.container.start();
    } catch (error) {
      attached.input.destroy();
      throw error;
    }
    for await (const line of createInterface({ input: attached.stdout })) onLine(watchLine(line));
    this.#joined = null;
  }

  /** End of input, or never begun. */
  async close(): Promise<void> {
    this.#joined?.input.end();
    const idle = await this.#idle?.catch(() => null);
    this.#idle = null;
    // The engine never closes the pipe of what never began; open, it would keep us alive for good.
    idle?.input.destroy();
    await idle?.container.remove({ force: true });
  }
}

/** A side-car that is made, with both ends of its pipes in our hands. */
interface Attached {
  readonly container: Docker.Container;
  readonly input: Duplex;
  readonly stdout: PassThrough;
}
