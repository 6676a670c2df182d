import { describe, expect, test } from '@jest/globals';
import {
  StuckError,
  sweep,
  type ClusterObject,
  type ObjectStore,
} from '../../../../scripts/teardown/sweep.ts';

const node: ClusterObject = { kind: 'container', id: 'c1', name: 'us-r-worker-1' };
const sidecar: ClusterObject = { kind: 'container', id: 'c2', name: 'us-r-worker-1-sidecar' };
const keeper: ClusterObject = { kind: 'keeper', id: 'k', name: 'us-r-keeper' };
const cgroup: ClusterObject = { kind: 'cgroup', id: '/cg', name: '/cg' };
const network: ClusterObject = { kind: 'network', id: 'n', name: 'us-r' };
const volume: ClusterObject = { kind: 'volume', id: 'v', name: 'us-r-archive' };

/** An engine in memory that writes down what it is asked for. */
class FakeStore implements ObjectStore {
  readonly objects: Map<string, ClusterObject>;
  readonly asked: string[] = [];
  readonly refusals: Map<string, number>;
  /** Objects that appear before the n-th listing: requests that the engine was still working on. */
  readonly late: Map<number, ClusterObject>;
  listings = 0;

  constructor(
    objects: readonly ClusterObject[],
    {
      refusals = {},
      late = {},
    }: { refusals?: Record<string, number>; late?: Record<number, ClusterObject> } = {},
  ) {
    this.objects = new Map(objects.map((one) => [one.id, one]));
    this.refusals = new Map(Object.entries(refusals));
    this.late = new Map(Object.entries(late).map(([listing, object]) => [Number(listing), object]));
  }

  list(): Promise<readonly ClusterObject[]> {
    this.listings += 1;
    const late = this.late.get(this.listings);
    if (late !== undefined) this.objects.set(late.id, late);
    return Promise.resolve([...this.objects.values()]);
  }

  remove({ id }: ClusterObject): Promise<void> {
    this.asked.push(id);
    const refusals = this.refusals.get(id) ?? 0;
    if (refusals > 0) {
      this.refusals.set(id, refusals - 1);
      return Promise.reject(new Error(`${id} is in use`));
    }
    this.objects.delete(id);
    return Promise.resolve();
  }
}

describe('a sweep', () => {
  test('removes containers, then the cgroup keeper, then what they used', async () => {
    const store = new FakeStore([volume, network, cgroup, keeper, node, sidecar]);
    expect(await sweep(store, { deadlineMs: 5000 })).toEqual([]);
    expect(store.asked.slice(0, 3)).toEqual(['c1', 'c2', 'k']);
    expect(store.asked.slice(3).sort()).toEqual(['/cg', 'n', 'v']);
  });

  test('does not wait for what will not go however often it is tried, and says why', async () => {
    const store = new FakeStore([network, node]);
    const remove = store.remove.bind(store);
    store.remove = async (object) =>
      object === network ? Promise.reject(new StuckError('the engine miscounts')) : remove(object);
    const began = performance.now();
    expect(await sweep(store, { deadlineMs: 20_000, stuckForMs: 300 })).toEqual([
      'network us-r (the engine miscounts)',
    ]);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(store.objects.has('c1')).toBe(false);
  });

  test('of nothing asks twice before it believes it', async () => {
    const store = new FakeStore([]);
    expect(await sweep(store, { deadlineMs: 5000 })).toEqual([]);
    expect(store.listings).toBe(2);
  });

  test('catches what was still being created when it began', async () => {
    const store = new FakeStore([node], { late: { 3: sidecar } });
    expect(await sweep(store, { deadlineMs: 5000 })).toEqual([]);
    expect(store.asked).toEqual(['c1', 'c2']);
  });

  test('asks again for what the engine refused at first', async () => {
    const store = new FakeStore([network], { refusals: { n: 2 } });
    expect(await sweep(store, { deadlineMs: 5000 })).toEqual([]);
    expect(store.asked).toEqual(['n', 'n', 'n']);
  });

  test('names what resists until the deadline, with the reason', async () => {
    const store = new FakeStore([node, volume], { refusals: { v: 1000 } });
    expect(await sweep(store, { deadlineMs: 400 })).toEqual(['volume us-r-archive (v is in use)']);
    expect(store.objects.has('c1')).toBe(false);
  });

  test('does not take an engine that hangs for an empty one', async () => {
    const store: ObjectStore = { list: () => new Promise(() => undefined), remove: () => Promise.resolve() };
    const [residue] = await sweep(store, { deadlineMs: 200 });
    expect(residue).toContain('could not be swept within 200 ms');
  });

  test('goes on when the engine answers again', async () => {
    const store = new FakeStore([node]);
    let failures = 2;
    const flaky: ObjectStore = {
      list: () => {
        failures -= 1;
        return failures >= 0 ? Promise.reject(new Error('connect ENOENT')) : store.list();
      },
      remove: (object) => store.remove(object),
    };
    expect(await sweep(flaky, { deadlineMs: 5000 })).toEqual([]);
    expect(store.objects.size).toBe(0);
  });
});
