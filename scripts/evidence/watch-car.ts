import type Docker from 'dockerode';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { containerName } from '../../infra/components/docker/names.ts';
import type { BoundPlan, PlannedNode } from '../../infra/plan/plan.ts';
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
    ...node.units.flatMap((unit) => ['--unit', unitName(unit)]),
  ];
  if (wanted.length === 0) return null;
  return ['processwatch', ...wanted, ...declaredFiles(plan, node).flatMap((path) => ['--file', path])];
}

/** systemd's own rule: a name without a type is a service. */
export function unitName(unit: string): string {
  return /\.(service|socket|timer|target|mount|path|scope|slice|swap|automount|device)$/.test(unit)
    ? unit
    : `${unit}.service`;
}

/**
 * The side-car that looks into a node's processes. It is made when the node is, to join the moment that one starts; it
 * ends with the node, at the end of its input (so with us), and when it has seen all; and removes itself.
 */
export class WatchCar {
  readonly #make: () => Promise<Docker.Container>;
  readonly #engine: Docker;
  #idle: Promise<Docker.Container> | null = null;
  #input: NodeJS.ReadWriteStream | null = null;

  constructor(engine: Docker, bound: BoundPlan, node: string, image: string, argv: readonly string[]) {
    this.#engine = engine;
    this.#make = async () =>
      engine.createContainer({
        Image: image,
        Entrypoint: [...argv],
        Labels: { ...bound.labels, 'dev.understudy.role': 'processes' },
        OpenStdin: true,
        StdinOnce: true,
        HostConfig: {
          PidMode: `container:${containerName(bound, node)}`,
          NetworkMode: 'none',
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
  }

  /** The node is made, and will start: what can be done before that is done. */
  prepare(): void {
    this.#idle ??= this.#make();
    // Whoever lets it join hears of a failure.
    this.#idle.catch(() => undefined);
  }

  /** Joins the node, which runs, and hands over what it sees until it ends. */
  async join(onLine: (line: WatchLine) => void): Promise<void> {
    const container = await (this.#idle ?? this.#make());
    this.#idle = null;
    const input = await container.attach({
      stream: true,
      stdin: true,
      stdout: true,
      stderr: true,
      hijack: true,
    });
    this.#input = input;
    const stdout = new PassThrough();
    const stderr = new PassThrough().resume();
    this.#engine.modem.demuxStream(input, stdout, stderr);
    input.once('close', () => stdout.end());
    input.once('end', () => stdout.end());
    input.on('error', () => stdout.end());
    await container.start();
    for await (const line of createInterface({ input: stdout })) onLine(watchLine(line));
    this.#input = null;
  }

  /** End of input, or never begun. */
  async close(): Promise<void> {
    this.#input?.end();
    const idle = this.#idle;
    this.#idle = null;
    const container = await idle?.catch(() => null);
    await container?.remove({ force: true });
  }
}
