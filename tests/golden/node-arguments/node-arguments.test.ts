import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import type { HostMechanism } from '../../../infra/components/docker/host.ts';
import { nodeArguments } from '../../../infra/components/docker/node.ts';
import { packageRoot } from '../../../infra/places.ts';
import { knownHosts } from '../../../infra/plan/bind.ts';
import { loadPlan } from '../../../infra/plan/load-plan.ts';
import { boundForTest, dummyKey } from '../../support/bound-plan.ts';
import { expectGolden } from '../../support/golden.ts';

const folder = join(packageRoot, 'tests/golden/node-arguments');
const bound = boundForTest(
  loadPlan({ cluster: join(folder, 'cluster.yaml'), profiles: [], seed: 1, set: {}, suites: [] }),
);
const cgroup1: HostMechanism = { cgroupVersion: 1, seccompProfile: '{"profile":1}' };
const cgroup2: HostMechanism = { cgroupVersion: 2, seccompProfile: null };

test.each([
  ['machine-1', cgroup1, 'machine-on-cgroup-1.json'],
  ['machine-1', cgroup2, 'machine-on-cgroup-2.json'],
  ['container-1', cgroup1, 'container.json'],
])('%s is asked of the engine as in the golden %3$s', (name, host, file) => {
  const node = bound.loaded.plan.nodes.find((one) => one.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  const text = `${JSON.stringify(nodeArguments(bound, node, host), null, 2)}\n`;
  // Images are named by what is in them, and keys are made for each run: other tests are about both.
  const shown = text
    .replaceAll(/understudy\/[0-9a-f]{16}/g, 'understudy/<inputsHash>')
    .replaceAll(/-----BEGIN OPENSSH [^"]*/g, '<a private key>');
  expectGolden(join(folder, file), shown);
});

test('every machine knows the host key of every other, by name, by role where it is alone, and by address', () => {
  expectGolden(join(folder, 'known_hosts'), knownHosts(bound.loaded.plan, bound.run));
});

/** The file was held against `ssh-keygen -y`, which reads the public line out of it. */
test('a key is in the format that ssh reads', () => {
  const { privateKey, publicKey } = dummyKey(1, 'understudy');
  const lines = privateKey.split('\n');
  expect([lines[0], ...lines.slice(-2)]).toEqual([
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    '-----END OPENSSH PRIVATE KEY-----',
    '',
  ]);
  expectGolden(join(folder, 'dummy-key'), `${publicKey}\n${lines.slice(1, -2).join('\n')}\n`);
});

test('nothing but its own files holds a private key', () => {
  const texts = bound.loaded.plan.nodes.map((node) => JSON.stringify(nodeArguments(bound, node, cgroup1)));
  const holders = bound.loaded.plan.nodes.filter((_, index) => texts[index]?.includes('PRIVATE KEY'));
  expect(holders.map(({ init }) => init)).toEqual(['systemd', 'systemd', 'systemd']);
});
