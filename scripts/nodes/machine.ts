import type Docker from 'dockerode';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { z } from 'zod';
import { replacedName } from '../../infra/components/docker/names.ts';
import type { Upload } from '../../infra/components/docker/node.ts';

/** How long an orderly shutdown has before the rest is killed, s: the engine's own figure. */
const shutDownSeconds = 10;

/** How often a machine that is told to end is reminded to count what still runs on it, ms. */
const reminderMs = 500;

/** What a machine as a whole may use. */
export interface Allotment {
  /** Processors; null: all that there are. */
  readonly cpus: number | null;
  /** Held by all that runs on it; null: all that there is. Given once, it can be changed, but not taken away again. */
  readonly memoryBytes: number | null;
  /** Processes and threads; null: no limit. */
  readonly processes: number | null;
}

/**
 * A node as a machine: what can be done to it as a whole, from outside. A backend whose machines have one size for as long
 * as they live (EC2) rejects `allot`, and says so.
 */
export interface Machine {
  /** All of it stands still, and goes on, at one moment. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** All of it ends at once, as without power. Resolves when it has; one that does not run is as it should be. */
  kill(): Promise<void>;
  /** It is told to end, and waited for. */
  shutDown(): Promise<void>;
  /** The same machine again, with its disks as they are. */
  start(): Promise<void>;
  /** Its first process is sent a signal, by its name without SIG. */
  signal(name: string): Promise<void>;
  /**
   * Another machine of its name, address and size comes in its place and starts, with what only `files` put there and with
   * empty disks; those that it shares with others are as they are. It must have ended.
   */
  replace(files: readonly Upload[]): Promise<void>;
  /** What it may use now: to be kept before `allot` changes it. */
  allotment(): Promise<Allotment>;
  /** From now on it may use that much, whatever runs on it; of what is not named, as much as before. */
  allot(part: Partial<Allotment>): Promise<void>;
  /** How many processes and threads it has now. */
  processes(): Promise<number>;
  /** How much memory it holds now, without what can be given back, bytes. */
  memoryHeld(): Promise<number>;
}

export class DockerMachine implements Machine {
  readonly #engine: Docker;
  readonly #name: string;
  /** By name: whichever has that. */
  readonly #container: Docker.Container;
  #replaced = 0;

  constructor(engine: Docker, container: string) {
    this.#engine = engine;
    this.#name = container;
    this.#container = engine.getContainer(container);
  }

  async pause(): Promise<void> {
    await this.#container.pause();
  }

  async resume(): Promise<void> {
    const { State } = await this.#container.inspect();
    if (State.Paused) await this.#container.unpause();
  }

  async kill(): Promise<void> {
    const { State } = await this.#container.inspect();
    if (!State.Running) return;
    await Promise.all([this.#container.wait(), this.#container.kill({ signal: 'SIGKILL' })]);
  }

  /**
   * Before systemd ends, it waits for every process, and looks again whenever a child of its own has ended. Who came in
   * from outside (a suite, a side-car in its processes) is none of its children: where such a one is the last to end,
   * systemd waits 90 s for nothing (src/shutdown/killall.c, wait_for_children). So it is told that a child has ended; to
   * other programs that says as little as it does to a shell.
   */
  async shutDown(): Promise<void> {
    const reminder = setInterval(() => {
      // One that has ended meanwhile needs none.
      this.#container.kill({ signal: 'SIGCHLD' }).catch(() => undefined);
    }, reminderMs);
    try {
      await this.#container.stop({ t: shutDownSeconds });
    } finally {
      clearInterval(reminder);
    }
  }

  async start(): Promise<void> {
    const { State } = await this.#container.inspect();
    if (!State.Running) await this.#container.start();
  }

  async signal(name: string): Promise<void> {
    await this.#container.kill({ signal: `SIG${name}` });
  }

  /** The one before is kept, stopped and under another name, for its log and journal: tear-down finds it by its labels. */
  async replace(files: readonly Upload[]): Promise<void> {
    const before = await this.#container.inspect();
    this.#replaced += 1;
    await this.#container.rename({ name: replacedName(this.#name, this.#replaced) });
    const made = await this.#engine.createContainer(likeBefore(this.#name, before));
    if (files.length > 0) await made.putArchive(await archive(files), { path: '/' });
    await made.start();
  }

  async allotment(): Promise<Allotment> {
    const { HostConfig } = await this.#container.inspect();
    return allotmentOf(HostConfig);
  }

  async allot(part: Partial<Allotment>): Promise<void> {
    const { HostConfig } = await this.#container.inspect();
    await this.#container.update(engineUpdate(part, HostConfig));
  }

  async processes(): Promise<number> {
    const { pids_stats: running } = await this.#container.stats({ stream: false, 'one-shot': true });
    if (running?.current === undefined)
      throw new Error('the engine does not count the processes of a container');
    return running.current;
  }

  async memoryHeld(): Promise<number> {
    const { memory_stats: memory } = await this.#container.stats({ stream: false, 'one-shot': true });
    return heldBytesOf(memory);
  }
}

const MemoryStats = z.object({
  usage: z.number(),
  stats: z.object({ active_file: z.number(), inactive_file: z.number() }),
});

/** Pure: of what the engine says of a container's memory, on cgroup v1 and v2. Files that are only cached are given back. */
export function heldBytesOf(memory: unknown): number {
  const counted = MemoryStats.safeParse(memory);
  if (!counted.success) throw new Error('the engine does not count the memory of a container that has ended');
  const { usage, stats } = counted.data;
  return Math.max(0, usage - stats.active_file - stats.inactive_file);
}

type EngineLimits = Pick<
  Docker.HostConfig,
  'NanoCpus' | 'CpuQuota' | 'CpuPeriod' | 'Memory' | 'MemorySwap' | 'PidsLimit'
>;

/** The kernel's own period, µs; the engine reports 0 for it. */
const defaultPeriod = 100_000;
const nano = 1e9;

/** Pure: of what the engine keeps of a container. */
export function allotmentOf(kept: EngineLimits): Allotment {
  const { NanoCpus = 0, CpuQuota = 0, CpuPeriod = 0, Memory = 0 } = kept;
  const quota = CpuQuota > 0 ? CpuQuota / (CpuPeriod || defaultPeriod) : null;
  const processes = kept.PidsLimit ?? 0;
  return {
    cpus: NanoCpus > 0 ? NanoCpus / nano : quota,
    memoryBytes: Memory > 0 ? Memory : null,
    processes: processes > 0 ? processes : null,
  };
}

/** Pure: what the engine is to be told, in the words in which it was told before. Without swap, as nodes have it. */
export function engineUpdate(
  { cpus, memoryBytes, processes }: Partial<Allotment>,
  { NanoCpus = 0 }: EngineLimits,
): EngineLimits {
  return {
    ...(cpus === undefined ? {} : processors(cpus, NanoCpus)),
    ...(memoryBytes === undefined || memoryBytes === null
      ? {}
      : { Memory: memoryBytes, MemorySwap: memoryBytes }),
    ...(processes === undefined ? {} : { PidsLimit: processes ?? -1 }),
  };
}

/**
 * What the engine was once told as processors (`NanoCpus`) it does not take back: 0 leaves them as they are, and they hold
 * from the next start on again. A quota it does.
 */
function processors(cpus: number | null, nanoCpus: number): EngineLimits {
  if (cpus === null) return { CpuQuota: -1 };
  return nanoCpus > 0
    ? { NanoCpus: Math.round(cpus * nano) }
    : { CpuPeriod: defaultPeriod, CpuQuota: Math.round(cpus * defaultPeriod) };
}

/** What the engine knows of a container that another one is to be like. */
interface ContainerKept {
  readonly Id: string;
  readonly Config: Partial<Docker.ContainerInspectInfo['Config']>;
  readonly HostConfig: Docker.HostConfig;
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, unknown>> };
}

const Attached = z.object({
  IPAMConfig: z.object({ IPv4Address: z.string().optional() }).nullish(),
  Aliases: z.array(z.string()).nullish(),
});

/** Pure: what the engine is asked for to get another container like one that it has. */
export function likeBefore(
  name: string,
  { Id, Config, HostConfig, NetworkSettings }: ContainerKept,
): Docker.ContainerCreateOptions {
  const networks = Object.entries(NetworkSettings.Networks).map(([network, attached]) => {
    const { IPAMConfig, Aliases } = Attached.parse(attached);
    // The engine adds the number of the container itself, which is another one.
    const aliases = (Aliases ?? []).filter((alias) => !Id.startsWith(alias));
    return [network, { ...(IPAMConfig ? { IPAMConfig } : {}), Aliases: aliases }] as const;
  });
  const [[first = HostConfig.NetworkMode] = []] = networks;
  return {
    ...Config,
    name,
    HostConfig: { ...HostConfig, ...(first === undefined ? {} : { NetworkMode: first }) },
    NetworkingConfig: { EndpointsConfig: Object.fromEntries(networks) },
  };
}

async function archive(files: readonly Upload[]): Promise<Buffer> {
  const tar = pack();
  for (const { path, content, mode } of files)
    tar.entry({ name: path.replace(/^\/+/, ''), mode: parseInt(mode, 8) }, content);
  tar.finalize();
  return await buffer(tar);
}
