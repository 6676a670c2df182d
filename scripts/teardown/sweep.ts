import { setTimeout as delay } from 'node:timers/promises';
import { assertNever, messageOf } from '../../infra/errors.ts';

/**
 * One thing on the engine (or, for `cgroup`, in this machine's /sys) that carries a run's label or path. `build` is a
 * container of a half-done image build, `keeper` the container that removes the nodes' cgroup subtree when it ends.
 */
export interface ClusterObject {
  readonly kind: 'container' | 'build' | 'keeper' | 'cgroup' | 'network' | 'volume' | 'image';
  readonly id: string;
  readonly name: string;
}
type Kind = ClusterObject['kind'];

/** Where a run's objects are; scripts/teardown/run-objects.ts is the one that asks Docker. */
export interface ObjectStore {
  /** All of them, found by label each time anew: never by memory. */
  list(signal: AbortSignal): Promise<readonly ClusterObject[]>;
  /** Removes one by force. One that is already gone, or going, is no error. */
  remove(object: ClusterObject, signal: AbortSignal): Promise<void>;
}

export interface SweepOptions {
  readonly deadlineMs: number;
  /** How long listings must stay empty: 0 where nothing can be created any more (two listings are made all the same). */
  readonly settleMs?: number;
  /** How long what is stuck is tried all the same: less than the deadline, which each command would wait for again. */
  readonly stuckForMs?: number;
}

/** Why an object cannot be removed, and will not be however often it is tried. */
export class StuckError extends Error {}

/** Named by kind, name and the last reason why it is still there. */
export type Residue = string;

/** What must be gone before what: endpoints before their network, users before their volume, nodes before cgroups. */
const waves: readonly (readonly Kind[])[] = [
  ['container', 'build'],
  ['keeper'],
  ['cgroup', 'network', 'volume', 'image'],
];

const pollMs = 150;

/**
 * Removes whatever `store` lists until it lists nothing any more, twice in a row and for `settleMs`: what was being
 * created while we looked is caught by the next listing. Never throws for what the engine says: what could not be
 * removed by the deadline is returned.
 */
export async function sweep(store: ObjectStore, options: SweepOptions): Promise<readonly Residue[]> {
  const { deadlineMs, settleMs = 0, stuckForMs = 5_000 } = options;
  const limit = AbortSignal.timeout(deadlineMs);
  const reasons = new Map<string, unknown>();
  let stuckSinceMs: number | null = null;
  let left: readonly ClusterObject[] = [];
  let emptySinceMs: number | null = null;

  while (!limit.aborted) {
    try {
      left = await within(limit, store.list(limit));
      reasons.delete('engine');
      const nowMs = performance.now();
      if (left.length > 0) {
        emptySinceMs = null;
        await within(limit, removeInWaves(store, left, reasons, limit));
        const isStuck = left.every(({ id }) => reasons.get(id) instanceof StuckError);
        stuckSinceMs = isStuck ? (stuckSinceMs ?? nowMs) : null;
        if (stuckSinceMs !== null && nowMs - stuckSinceMs >= stuckForMs) break;
        continue;
      }
      if (emptySinceMs !== null && nowMs - emptySinceMs >= settleMs) return [];
      emptySinceMs ??= nowMs;
    } catch (error) {
      reasons.set('engine', error);
    }
    if (settleMs > 0 || reasons.has('engine')) await pause(limit);
  }
  return residueOf(left, reasons, deadlineMs);
}

export function describeObject({ kind, name }: ClusterObject): string {
  switch (kind) {
    case 'container':
    case 'network':
    case 'volume':
      return `${kind} ${name}`;
    case 'build':
      return `build container ${name}`;
    case 'keeper':
      return `cgroup keeper ${name}`;
    case 'cgroup':
      return `cgroup ${name}`;
    case 'image':
      return `half-built image ${name}`;
    default:
      return assertNever(kind);
  }
}

async function removeInWaves(
  store: ObjectStore,
  objects: readonly ClusterObject[],
  reasons: Map<string, unknown>,
  signal: AbortSignal,
): Promise<void> {
  for (const kinds of waves) {
    const wave = objects.filter(({ kind }) => kinds.includes(kind));
    await Promise.all(
      wave.map(async (object) => {
        try {
          await store.remove(object, signal);
          reasons.delete(object.id);
        } catch (error) {
          reasons.set(object.id, error);
        }
      }),
    );
  }
  // Something is still in use (a namespace that closes, a mount that is busy): the kernel needs a moment, not a spin.
  if (objects.some(({ id }) => reasons.has(id))) await pause(signal);
}

function residueOf(
  left: readonly ClusterObject[],
  reasons: ReadonlyMap<string, unknown>,
  deadlineMs: number,
): readonly Residue[] {
  const engine = reasons.get('engine');
  if (left.length === 0) {
    const why = engine === undefined ? 'its listing was not empty for long enough' : messageOf(engine);
    return [`unknown: the engine could not be swept within ${deadlineMs} ms (${why})`];
  }
  return left.map((object) => {
    const why = reasons.get(object.id) ?? engine;
    return why === undefined ? describeObject(object) : `${describeObject(object)} (${messageOf(why)})`;
  });
}

/** An engine that hangs must not hold tear-down beyond its deadline: the answer is then nobody's to wait for. */
async function within<T>(limit: AbortSignal, work: Promise<T>): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    const stop = (): void => {
      reject(new Error('the engine did not answer in time'));
    };
    if (limit.aborted) stop(); // its event has been and gone
    limit.addEventListener('abort', stop, { once: true });
    void work.then(resolve, reject).finally(() => {
      limit.removeEventListener('abort', stop);
    });
  });
}

async function pause(limit: AbortSignal): Promise<void> {
  await delay(pollMs, undefined, { signal: limit }).catch(() => undefined);
}
