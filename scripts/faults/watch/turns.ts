/** Whoever asks for things waits until all who asked for any of them before are done. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  async take<T>(things: readonly string[], work: () => Promise<T>): Promise<T> {
    const turn = Promise.all(things.map((thing) => this.#last.get(thing) ?? Promise.resolve())).then(work);
    const over = turn.then(
      () => undefined,
      () => undefined, // who asked for it is told; the next one goes on from there
    );
    for (const thing of things) this.#last.set(thing, over);
    return await turn;
  }
}
