import type Docker from 'dockerode';

/** How long an orderly shutdown has before the rest is killed, s: the engine's own figure. */
const shutDownSeconds = 10;

/** A node as a machine: what can be done to it as a whole, from outside. */
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
}
