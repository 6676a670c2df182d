import type Docker from 'dockerode';

/** How long an orderly shutdown has before the rest is killed, s: the engine's own figure. */
const shutDownSeconds = 10;

/** What a machine as a whole may use. */
export interface Allotment {
  /** Processors; null: all that there are. */
  readonly cpus: number | null;
}

/**
 * A node as a machine: what can be done to it as a whole, from outside. A backend whose machines have one size for as long
 * as they live (EC2) rejects `allot`, and says so.
 */
export interface Machine {
  /** All of it stands still, and goes on, at one moment. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** All of it ends at once, as without power. Resolves when it has. */
  kill(): Promise<void>;
  /** It is told to end, and waited for. */
  shutDown(): Promise<void>;
  /** The same machine again, with its disks as they are. */
  start(): Promise<void>;
  /** What it may use now: to be kept before `allot` changes it. */
  allotment(): Promise<Allotment>;
  /** From now on it may use that much, whatever runs on it; of what is not named, as much as before. */
  allot(part: Partial<Allotment>): Promise<void>;
}

export class DockerMachine implements Machine {
  readonly #container: Docker.Container;

  constructor(engine: Docker, container: string) {
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
    const ended = this.#container.wait();
    await this.#container.kill({ signal: 'SIGKILL' });
    await ended;
  }

  async shutDown(): Promise<void> {
    await this.#container.stop({ t: shutDownSeconds });
  }

  async start(): Promise<void> {
    const { State } = await this.#container.inspect();
    if (!State.Running) await this.#container.start();
  }

  async allotment(): Promise<Allotment> {
    const { HostConfig } = await this.#container.inspect();
    return allotmentOf(HostConfig);
  }

  async allot(part: Partial<Allotment>): Promise<void> {
    const { HostConfig } = await this.#container.inspect();
    await this.#container.update(engineUpdate(part, HostConfig));
  }
}

type EngineLimits = Pick<Docker.HostConfig, 'NanoCpus' | 'CpuQuota' | 'CpuPeriod'>;

/** The kernel's own period, µs; the engine reports 0 for it. */
const defaultPeriod = 100_000;
const nano = 1e9;

/** Pure: of what the engine keeps of a container. */
export function allotmentOf({ NanoCpus = 0, CpuQuota = 0, CpuPeriod = 0 }: EngineLimits): Allotment {
  const quota = CpuQuota > 0 ? CpuQuota / (CpuPeriod || defaultPeriod) : null;
  return { cpus: NanoCpus > 0 ? NanoCpus / nano : quota };
}

/**
 * Pure: what the engine is to be told, in the words in which it was told before. It does not take processors away again
 * that it once was told as such (`NanoCpus`, 0 leaves them as they are) and keeps them for the next start, but a quota.
 */
export function engineUpdate({ cpus }: Partial<Allotment>, { NanoCpus = 0 }: EngineLimits): EngineLimits {
  if (cpus === undefined) return {};
  if (NanoCpus > 0 && cpus !== null) return { NanoCpus: Math.round(cpus * nano) };
  return cpus === null
    ? { CpuQuota: -1 }
    : { CpuPeriod: defaultPeriod, CpuQuota: Math.round(cpus * defaultPeriod) };
}
