import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../../../infra/errors.ts';
import {
  chooseCluster,
  takeInventory,
  type InventoryInput,
  type LabelledObject,
} from '../../../../scripts/teardown/inventory.ts';
import type { Lease } from '../../../../scripts/teardown/lease.ts';

const created = '2026-11-24T10:00:00.000Z';
const engine = 'unix:///var/run/docker.sock';
const lease = (runId: string, rest: Partial<Lease> = {}): Lease => ({
  schema: 1,
  runId,
  stack: `run-${runId}`,
  owner: 'me',
  cluster: 'thumbnails',
  engine,
  holder: { host: 'build-1', bootId: 'boot-a', pid: 1, startTime: '1' },
  watcher: null,
  kept: false,
  reason: '',
  created,
  expires: null,
  runFolder: null,
  ...rest,
});
const object = (
  runId: string,
  kind: LabelledObject['kind'],
  labels: Record<string, string> = {},
): LabelledObject => ({
  kind,
  labels: {
    'dev.understudy.run': runId,
    'dev.understudy.owner': 'me',
    'dev.understudy.created': created,
    ...labels,
  },
});

function inventory(rest: Partial<InventoryInput>): ReturnType<typeof takeInventory> {
  return takeInventory({
    objects: [],
    leases: [],
    stacks: new Map(),
    owner: 'me',
    engine,
    nowMs: Date.parse('2026-11-24T12:00:00Z'),
    table: { host: 'build-1', bootId: 'boot-a', startTimeOf: () => null },
    ...rest,
  });
}

describe('the inventory', () => {
  test('counts nodes, not side-cars, and every object', () => {
    const [one] = inventory({
      leases: [lease('a')],
      objects: [
        object('a', 'container'),
        object('a', 'container', { 'dev.understudy.role': 'sidecar' }),
        object('a', 'network'),
        object('a', 'volume'),
      ],
    });
    expect(one).toMatchObject({ runId: 'a', nodes: 1, objects: 4, made: 'run', mine: true });
  });

  test('knows a run that died before it made anything', () => {
    expect(inventory({ leases: [lease('a')] })).toMatchObject([
      { runId: 'a', objects: 0, reapable: 'holder-dead' },
    ]);
  });

  test('leaves a cluster of plain pulumi up alone unless it was given a limit', () => {
    const stacks = new Map([['p', 'dev']]);
    const unlimited = inventory({ stacks, objects: [object('p', 'container')] });
    expect(unlimited).toMatchObject([{ made: 'plain', stack: 'dev', expires: null, reapable: null }]);
    const limited = inventory({
      stacks,
      objects: [object('p', 'container', { 'dev.understudy.maxttl': '3600000' })],
    });
    expect(limited).toMatchObject([{ expires: '2026-11-24T11:00:00.000Z', reapable: 'expired' }]);
  });

  test('believes the record rather than the label, so that extend works', () => {
    const objects = [object('a', 'container', { 'dev.understudy.maxttl': '3600000' })];
    const leases = [lease('a', { kept: true, expires: '2026-11-24T14:00:00.000Z' })];
    expect(inventory({ objects, leases })).toMatchObject([
      { expires: '2026-11-24T14:00:00.000Z', reapable: null },
    ]);
  });

  test('forgets the lease that extend gave a cluster of plain pulumi up once that cluster is gone', () => {
    const leases = [lease('p', { holder: null, kept: true, expires: '2026-11-24T11:00:00.000Z' })];
    expect(inventory({ leases })).toEqual([]);
    const successor = object('p', 'container', { 'dev.understudy.created': '2026-11-24T11:30:00.000Z' });
    expect(inventory({ leases, objects: [successor] })).toMatchObject([{ expires: null, reapable: null }]);
    expect(inventory({ leases, objects: [object('p', 'container')] })).toMatchObject([
      { reapable: 'expired' },
    ]);
  });

  test('tells whose a cluster is', () => {
    const [theirs] = inventory({ objects: [object('x', 'container', { 'dev.understudy.owner': 'them' })] });
    expect(theirs).toMatchObject({ mine: false, owner: 'them', stack: null });
  });

  test('says nothing about a cluster on another engine', () => {
    expect(inventory({ leases: [lease('a', { engine: 'ssh://elsewhere' })] })).toMatchObject([
      { elsewhere: true },
    ]);
  });
});

describe('choosing a cluster', () => {
  const clusters = inventory({
    leases: [lease('a'), lease('b')],
    objects: [object('t', 'container', { 'dev.understudy.owner': 'them' })],
  });

  test('goes by run id or by stack', () => {
    expect(chooseCluster(clusters, { run: 'b' }).runId).toBe('b');
    expect(chooseCluster(clusters, { stack: 'run-a' }).runId).toBe('a');
  });

  test('takes the caller’s only one', () => {
    const one = clusters.filter(({ runId }) => runId !== 'b');
    expect(chooseCluster(one, {}).runId).toBe('a');
  });

  test('names the candidates where there are several, and the way where there is none', () => {
    expect(() => chooseCluster(clusters, {})).toThrow(/2 clusters are up/);
    expect(() => chooseCluster([], {})).toThrow(UsageError);
    expect(() => chooseCluster(clusters, { run: 'zzz' })).toThrow(/no cluster "zzz"/);
  });
});
