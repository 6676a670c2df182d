import { messageOf } from '../../infra/errors.ts';
/** One undo that did not work. */
export interface UndoFailure {
  readonly name: string;
  readonly error: unknown;
}

/** An undo failed. `errors` holds what went wrong first (the work's own error, if it failed), then each undo's error. */
export class CleanupError extends AggregateError {
  readonly original: unknown;
  readonly failures: readonly UndoFailure[];

  constructor(failures: readonly UndoFailure[], original?: unknown) {
    const undone = failures.map(({ name, error }) => `${name}: ${messageOf(error)}`).join('; ');
    super(
      [...(original === undefined ? [] : [original]), ...failures.map(({ error }) => error)],
      original === undefined
        ? `could not undo ${undone}`
        : `${messageOf(original)} (and could not undo ${undone})`,
      { cause: original },
    );
    this.name = 'CleanupError';
    this.original = original;
    this.failures = failures;
  }
}

/**
 * Undos, last registered first undone. Register an undo before what it undoes is done: it must therefore be harmless
 * where nothing was done yet. Each runs whatever became of the others; nothing runs twice.
 */
export class CleanupStack implements AsyncDisposable {
  readonly #undos: { readonly name: string; readonly undo: () => Promise<void> | void }[] = [];

  /** `name` completes "could not undo …". Returns a function that takes the undo off again (the thing is kept). */
  add(name: string, undo: () => Promise<void> | void): () => void {
    const entry = { name, undo };
    this.#undos.push(entry);
    return () => {
      const at = this.#undos.indexOf(entry);
      if (at !== -1) this.#undos.splice(at, 1);
    };
  }

  /** Runs what is registered, and what undos register meanwhile. Never throws: failures are returned in their order. */
  async unwind(): Promise<readonly UndoFailure[]> {
    const failures: UndoFailure[] = [];
    for (let entry = this.#undos.pop(); entry !== undefined; entry = this.#undos.pop()) {
      try {
        await entry.undo();
      } catch (error) {
        failures.push({ name: entry.name, error });
      }
    }
    return failures;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const failures = await this.unwind();
    if (failures.length > 0) throw new CleanupError(failures);
  }
}

/** Runs `work` and then every undo it registered. An undo that fails never hides why `work` did. */
export async function withCleanup<T>(work: (cleanup: CleanupStack) => Promise<T>): Promise<T> {
  const cleanup = new CleanupStack();
  let value: T;
  try {
    value = await work(cleanup);
  } catch (error) {
    const failures = await cleanup.unwind();
    throw failures.length === 0 ? error : new CleanupError(failures, error);
  }
  const failures = await cleanup.unwind();
  if (failures.length > 0) throw new CleanupError(failures);
  return value;
}
