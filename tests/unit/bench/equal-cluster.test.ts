import { beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bindRun, boundPlan } from '../../../infra/plan/bind.ts';
import { loadPlan } from '../../../infra/plan/load-plan.ts';
import { generateSshKey } from '../../../infra/plan/ssh-key.ts';
import { clusterFile, type Shape } from '../../bench/cluster-file.ts';
import { composeFile } from '../../bench/compose-file.ts';
import { containerBody, networkBody } from '../../bench/engine-body.ts';
import { equalCluster, type EqualCluster } from '../../bench/equal-cluster.ts';

const MiB = 1024 * 1024;
let entrypoint: EqualCluster;
let systemd: EqualCluster;

beforeAll(() => {
  entrypoint = clusterOf({ init: 'image', nodes: 3 });
  systemd = clusterOf({ init: 'systemd', nodes: 3 });
});

describe('a peer is asked for what Understudy asks its plugin for', () => {
  test('limits, capabilities, address, names, DNS, log and labels of an entrypoint node', () => {
    const [node] = entrypoint.nodes;
    if (node === undefined) throw new Error('no node');
    const { name, Cmd, Hostname, HostConfig, Labels, NetworkingConfig } = containerBody(node);
    expect({ name, Cmd, Hostname, Labels }).toMatchObject({
      name: 'us-run-node-1',
      Cmd: ['sleep', 'infinity'],
      Hostname: 'node-1',
      Labels: { 'dev.understudy.run': 'run', 'dev.understudy.node': 'node-1' },
    });
    expect(HostConfig).toMatchObject({
      Memory: 64 * MiB,
      MemorySwap: 64 * MiB,
      CapDrop: ['ALL'],
      Dns: ['127.0.0.1'],
      LogConfig: { Type: 'json-file', Config: { 'max-size': '32m', 'max-file': '2' } },
      NetworkMode: 'us-run',
    });
    expect(HostConfig.CapAdd).toContain('CAP_CHOWN');
    expect(NetworkingConfig.EndpointsConfig['us-run']).toEqual({
      IPAMConfig: { IPv4Address: '198.18.7.11' },
      Aliases: ['node-1'],
    });
  });

  test('a systemd node has its own cgroup folder, tmpfs, profile and stop signal, and its keys to put there', () => {
    const [node] = systemd.nodes;
    if (node === undefined) throw new Error('no node');
    const { HostConfig, StopSignal, Env } = containerBody(node);
    expect({ StopSignal, Env }).toEqual({ StopSignal: 'SIGRTMIN+3', Env: ['container=docker'] });
    expect(HostConfig).toMatchObject({
      CgroupnsMode: 'private',
      SecurityOpt: ['seccomp={"a":1}'],
      Binds: ['/sys/fs/cgroup/systemd/understudy/run/node-1:/sys/fs/cgroup/systemd:rw'],
    });
    expect(Object.keys(HostConfig.Tmpfs ?? {})).toEqual(['/run', '/run/lock', '/tmp']);
    expect(node.uploads.map(({ file }) => file)).toContain('/etc/understudy/ssh/id_ed25519');
  });

  test('the network is internal and has the subnet of the run', () => {
    expect(networkBody(entrypoint)).toMatchObject({
      Name: 'us-run',
      Internal: true,
      IPAM: { Config: [{ Subnet: '198.18.7.0/24', Gateway: '198.18.7.1' }] },
      Labels: { 'dev.understudy.run': 'run' },
    });
  });

  test("docker-compose's file says the same", () => {
    const file: unknown = JSON.parse(composeFile(entrypoint));
    expect(file).toMatchObject({
      services: {
        'node-2': {
          container_name: 'us-run-node-2',
          mem_limit: '64m',
          memswap_limit: '64m',
          cap_drop: ['ALL'],
          networks: { cluster: { ipv4_address: '198.18.7.12', aliases: ['node-2'] } },
          labels: { 'dev.understudy.run': 'run' },
        },
      },
      networks: { cluster: { name: 'us-run', internal: true, labels: { 'dev.understudy.run': 'run' } } },
    });
  });
});

test('what a node has and the peers would not be given is an error, not an unequal comparison', () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-bench-test-'));
  try {
    const file = join(folder, 'cluster.yaml');
    const spec: unknown = JSON.parse(clusterFile({ init: 'image', nodes: 3 }));
    writeFileSync(file, JSON.stringify(spec).replace('"count":3', '"count":3,"cpus":0.5'));
    expect(() => boundCluster(file)).toThrow(/cpus/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function clusterOf(shape: Shape): EqualCluster {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-bench-test-'));
  try {
    const file = join(folder, 'cluster.yaml');
    writeFileSync(file, clusterFile(shape));
    return boundCluster(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function boundCluster(file: string): EqualCluster {
  const loaded = loadPlan({ cluster: file, profiles: [], seed: 1, set: {}, suites: [] });
  const run = bindRun(
    loaded,
    { runId: 'run', stack: 'run', owner: 'me', created: '2026-01-01T00:00:00.000Z', maxTtlMs: null },
    { ipv4: '198.18.7.0/24', gateway4: '198.18.7.1' },
    {
      account: generateSshKey('account'),
      hosts: Object.fromEntries(loaded.plan.nodes.map(({ name }) => [name, generateSshKey(name)])),
    },
  );
  return equalCluster(boundPlan(loaded, run), { cgroupVersion: 1, seccompProfile: '{"a":1}' });
}
