import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { leftovers, takeFingerprint } from '../../../../../scripts/faults/heal/fingerprint.ts';
import type { NodeAccess } from '../../../../../scripts/nodes/node.ts';
import { fakeNode } from '../../../../support/fake-node.ts';

const nothingMore = {
  disks: [],
  units: [],
  paths: [],
  accounts: [],
  packages: [],
  projects: [],
  limits: false,
  clocks: [],
  routes: [],
};
const fingerprint = fc.array(fc.constantFrom('qdisc a', 'rule b', 'route c', 'mount /d', 'file e'), {
  maxLength: 6,
});

describe('leftovers', () => {
  test('of what is as it was are none, in whatever order', () => {
    fc.assert(
      fc.property(fingerprint, (lines) => {
        expect(leftovers('n', lines, [...lines].reverse())).toEqual([]);
      }),
    );
  });

  test('name every line that came and every line that went, also where there was one like it', () => {
    fc.assert(
      fc.property(fingerprint, fingerprint, (kept, come) => {
        expect(leftovers('n', kept, [...kept, ...come])).toHaveLength(come.length);
        expect(leftovers('n', [...kept, ...come], kept)).toHaveLength(come.length);
      }),
    );
    expect(leftovers('worker-1', ['rule x'], ['rule x', 'rule x', 'qdisc y'])).toEqual([
      'worker-1: rule x',
      'worker-1: qdisc y',
    ]);
    expect(leftovers('worker-1', ['rule x', 'route z'], ['rule x'])).toEqual(['worker-1: gone: route z']);
  });
});

describe('while a driver idles', () => {
  const standing = { come: [/^rule table ip mangle \{$/, /^qdisc htb /], gone: [/^qdisc noqueue /] };
  const before = ['qdisc noqueue 0: dev eth0 root', 'route r'];
  const idle = ['qdisc htb 504d: dev eth0 root', 'route r', 'rule table ip mangle {'];

  test('what it declares is no leftover, and all else is', () => {
    expect(leftovers('n', before, idle, standing)).toEqual([]);
    expect(leftovers('n', before, [...idle, 'rule ip saddr 198.18.0.11 queue to 47'], standing)).toEqual([
      'n: rule ip saddr 198.18.0.11 queue to 47',
    ]);
    expect(leftovers('n', before, ['qdisc htb 504d: dev eth0 root'], standing)).toEqual(['n: gone: route r']);
  });

  test('each line that is declared may stand there once', () => {
    expect(leftovers('n', before, [...idle, 'qdisc htb 504e: dev eth0 root'], standing)).toEqual([
      'n: qdisc htb 504e: dev eth0 root',
    ]);
  });
});

/** A node or side-car that prints what is set here. */
function printing(outputs: Readonly<Record<string, string>>): NodeAccess {
  return fakeNode({
    exec: (argv) => Promise.resolve({ exitCode: 0, stdout: outputs[argv.join(' ')] ?? '', stderr: '' }),
  });
}

test('a listing that fails is no fingerprint: it would be equal to the next one that fails', async () => {
  const works = printing({});
  const fails = fakeNode({
    exec: () => Promise.resolve({ exitCode: 1, stdout: '', stderr: 'Operation not permitted' }),
  });
  await expect(takeFingerprint(works, fails, nothingMore)).rejects.toThrow(
    /ended with 1: Operation not permitted/,
  );
  await expect(takeFingerprint(fails, works, nothingMore)).rejects.toThrow(/mountinfo" ended with 1/);
});

test('a fingerprint is one line a thing, with its kind, spaces evened out, mounts without ids, no lone brackets, nothing that the engine draws', async () => {
  const node = printing({
    'cat /proc/1/mountinfo':
      '36 35 0:33 / /data rw,relatime shared:1 - tmpfs tmpfs rw,size=65536k\n37 35 0:34 / /proc ro,nosuid - proc proc rw\n',
  });
  const sideCar = printing({
    'tc qdisc show': 'qdisc noqueue 0: dev lo root refcnt 2 \nqdisc htb 504d: dev eth0 root\n',
    'nft -s list ruleset':
      'table inet understudy_cut_198_18_0_11 {\n\tchain in {\n\t\tcounter drop\n\t}\n}\nip daddr 127.0.0.11 udp dport 53 counter dnat to 127.0.0.11:33601\n',
    'ip route show table all': 'default via 198.18.0.1 dev eth0 \n',
    'ip -o -4 addr show': '2: eth0    inet 198.18.0.12/24 scope global eth0\\       valid_lft forever\n',
    'find /data -maxdepth 1 -name .understudy-*': '/data/.understudy-fill-1\n',
  });
  expect(await takeFingerprint(node, sideCar, { ...nothingMore, disks: ['/data'] })).toEqual([
    'address eth0 inet 198.18.0.12/24 scope global eth0\\ valid_lft forever',
    'file /data/.understudy-fill-1',
    'mount /data rw,relatime rw,size=65536k',
    'mount /proc ro,nosuid rw',
    'qdisc qdisc htb 504d: dev eth0 root',
    'qdisc qdisc noqueue 0: dev lo root refcnt 2',
    'route default via 198.18.0.1 dev eth0',
    'rule chain in {',
    'rule counter drop',
    'rule ip daddr 127.0.0.11 udp dport 53 counter dnat to 127.0.0.11:?',
    'rule table inet understudy_cut_198_18_0_11 {',
  ]);
});

test('what a node may use belongs to it where a fault takes a part of it away', async () => {
  const asked: string[] = [];
  const node = fakeNode({
    exec: (argv) => {
      asked.push(argv.join(' '));
      const stdout = argv.includes('pids.max') ? 'cpu/cpu.cfs_quota_us 25000\npids/pids.max 512\n' : '';
      return Promise.resolve({ exitCode: 0, stdout, stderr: '' });
    },
  });
  const none = printing({});
  expect(await takeFingerprint(node, none, { ...nothingMore, limits: true })).toEqual([
    'limit cpu/cpu.cfs_quota_us 25000',
    'limit pids/pids.max 512',
  ]);
  expect(await takeFingerprint(node, none, nothingMore)).toEqual([]);
  expect(asked.filter((one) => one.includes('pids.max'))).toHaveLength(1);
});

test('listings that read the contents of whatever is installed get the time for gigabytes, the others do not', async () => {
  const asked = new Map<string, number>();
  const noting = fakeNode({
    exec: ([...argv], { timeoutMs = 0 } = {}) => {
      asked.set(argv.join(' '), timeoutMs);
      return Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
    },
  });
  await takeFingerprint(noting, noting, { ...nothingMore, packages: ['jq'], projects: ['torch'] });
  const [ofContents, others] = [[...asked].filter(([one]) => one.includes('sha256sum')), asked];
  expect(ofContents).toHaveLength(3);
  // 5 GB at 50 MB/s.
  for (const [, ms] of ofContents) expect(ms).toBeGreaterThanOrEqual(100_000);
  for (const [one] of ofContents) others.delete(one);
  expect(new Set(others.values())).toEqual(new Set([10_000]));
});
