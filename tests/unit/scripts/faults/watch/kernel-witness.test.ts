import { expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import type { Fault } from '../../../../../infra/spec/fault.ts';
import { KernelWitness, type OnCounted } from '../../../../../scripts/faults/watch/kernel-witness.ts';
import type { NodeAccess } from '../../../../../scripts/nodes/node.ts';
import { fakeNode } from '../../../../support/fake-node.ts';
import { cut, slowDisk } from '../../../../support/faults.ts';

type Counted = Parameters<OnCounted>[0];

/** Nodes whose kernels have counted; a node that may not be asked says no. */
async function seen(
  fault: Fault,
  targets: readonly string[],
  count = 3,
  reachesFiles = false,
): Promise<readonly Counted[]> {
  const says = (text: string): NodeAccess =>
    fakeNode({ exec: () => Promise.resolve({ exitCode: 2, stdout: text, stderr: '' }) });
  const victims = Array.from({ length: count }, (_one, index) => ({
    node: `n-${index + 1}`,
    // Who may see them in the side-car does not ask the engine for them.
    access: reachesFiles ? fakeNode({}) : says('/sys/fs/cgroup/pids.events:max 3\n'),
    sideCar: sideCar(reachesFiles),
    reachesFiles,
  }));
  const counted: Counted[] = [];
  const witness = new KernelWitness(victims, (one) => counted.push(one));
  const scheduled: ScheduledFault = { id: 'p/f', profile: 'p', fault, targets, startMs: 0, endMs: 1 };
  await witness.read(scheduled, 'begin', new Set(['n-3']));
  return counted;
}

/** It shows, of the files that it is asked for, those that it sees. */
function sideCar(reachesFiles: boolean): NodeAccess {
  const files = {
    '/proc/sys/net/netfilter/nf_conntrack_count': '7',
    ...(reachesFiles ? { '/proc/1/root/sys/fs/cgroup/pids.events': 'max 3' } : {}),
  };
  return fakeNode({
    exec: (argv) => {
      const lines = Object.entries(files).filter(([path]) => argv.includes(path));
      const stdout = lines.map(([path, line]) => `${path}:${line}\n`).join('');
      return Promise.resolve({ exitCode: 2, stdout, stderr: '' });
    },
  });
}

test('of a link the network of both ends is read, and of nodes beside it; nothing of one that has ended', async () => {
  expect(await seen(cut, ['n-1->n-4'], 4)).toEqual([
    {
      fault: 'p/f',
      moment: 'begin',
      node: 'n-1',
      isTarget: true,
      counts: { 'conntrack.count': 7 },
      absent: '',
    },
    {
      fault: 'p/f',
      moment: 'begin',
      node: 'n-2',
      isTarget: false,
      counts: { 'conntrack.count': 7 },
      absent: '',
    },
    {
      fault: 'p/f',
      moment: 'begin',
      node: 'n-4',
      isTarget: true,
      counts: { 'conntrack.count': 7 },
      absent: '',
    },
  ]);
});

test('of what is on a node itself its control group is read, too', async () => {
  const [on, beside] = await seen(slowDisk(50), ['n-1:/data']);
  expect(on?.counts).toEqual({ 'conntrack.count': 7, 'pids.limitHits': 3 });
  expect(beside?.counts).toEqual({ 'conntrack.count': 7 });
});

test('where the side-car sees the node’s files, it is read there, and no program is started in the node', async () => {
  const [on, beside] = await seen(slowDisk(50), ['n-1:/data'], 3, true);
  expect(on).toMatchObject({ counts: { 'conntrack.count': 7, 'pids.limitHits': 3 }, absent: '' });
  expect(beside?.counts).toEqual({ 'conntrack.count': 7 });
});

test('of a large cluster some nodes beside the targets are read, and all targets', async () => {
  const counted = await seen(cut, ['n-20->n-1'], 30);
  expect(counted).toHaveLength(10);
  expect(counted.filter(({ isTarget }) => isTarget).map(({ node }) => node)).toEqual(['n-1', 'n-20']);
});

test('a node that shows nothing has that said in its place', async () => {
  const counted: Counted[] = [];
  const silent = fakeNode({ exec: () => Promise.resolve({ exitCode: 2, stdout: '', stderr: '' }) });
  const witness = new KernelWitness(
    [{ node: 'n-1', access: silent, sideCar: silent, reachesFiles: false }],
    (one) => counted.push(one),
  );
  await witness.read(
    { id: 'p/f', profile: 'p', fault: cut, targets: ['n-1->n-1'], startMs: 0, endMs: 1 },
    'end',
  );
  expect(counted).toEqual([
    {
      fault: 'p/f',
      moment: 'end',
      node: 'n-1',
      isTarget: true,
      counts: {},
      absent: expect.stringMatching(/showed no counters/),
    },
  ]);
});
