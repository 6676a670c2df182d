import type { Victim } from './victim.ts';

/** Nodes that run no more: what was in force on them went with them, and cannot be looked at. */
export class EndedVictims {
  readonly #victims: readonly Victim[];
  #nodes: ReadonlySet<string> = new Set();

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  /** As they were when they were last looked at. */
  get nodes(): ReadonlySet<string> {
    return this.#nodes;
  }

  /** Of a node that cannot be asked just now, what was known counts on; one that was started again runs. */
  async look(): Promise<ReadonlySet<string>> {
    const ended = await Promise.all(
      this.#victims.map(async ({ node, access }) =>
        access.state().then(
          ({ running }) => (running ? [] : [node]),
          () => (this.#nodes.has(node) ? [node] : []),
        ),
      ),
    );
    this.#nodes = new Set(ended.flat());
    return this.#nodes;
  }
}
