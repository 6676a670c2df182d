import { beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../../infra/places.ts';
import { changesBetween, KernelCounts } from '../../../scripts/evidence/kernel-counts.ts';
import { TrafficCapture } from '../../../scripts/evidence/traffic-capture.ts';
import type { Verdict } from '../../../scripts/verdict/verdict.ts';
import { packetsIn } from '../../support/pcap.ts';
import { rehearsal } from '../../support/understudy.ts';

const folder = join(packageRoot, 'tests/support/clusters/witnessed');

describe('around each fault', () => {
  let verdict: Verdict;
  let counted: readonly KernelCounts[];
  const read = (name: string): string => readFileSync(join(verdict.runFolder, name), 'utf8');
  beforeAll(async () => {
    ({ verdict } = await rehearsal([
      join(folder, 'cluster.yaml'),
      ...['--profile', join(folder, 'profile.yaml'), '--control', 'never', '--pcap'],
    ]));
    counted = read('counters.jsonl')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => KernelCounts.parse(JSON.parse(line)));
  });

  /** By how much a counter grew on a node while a fault was there. */
  function grown(fault: string, node: string, name: string): number {
    const of = counted.filter((one) => one.fault === fault && one.node === node);
    expect(of.map(({ moment, absent }) => ({ moment, absent }))).toEqual([
      { moment: 'begin', absent: '' },
      { moment: 'end', absent: '' },
    ]);
    const { changes } = changesBetween(of[0]?.counts ?? {}, of[1]?.counts ?? {});
    return changes.find((one) => one.name === name)?.by ?? 0;
  }

  test('a run with its traffic captured is one that can be trusted, and leaves nothing', () => {
    const { verdict: word, why, leftovers, residue } = verdict;
    expect({ word, why, leftovers, residue }).toEqual({ word: 'pass', why: [], leftovers: [], residue: [] });
  });

  test('the kernels of its nodes are read at both ends, and tell of it', () => {
    // What the client sent and was lost is sent again by it.
    expect(grown('witnessed/lossy', 'client-1', 'Tcp.RetransSegs')).toBeGreaterThan(0);
    expect(grown('witnessed/lossy', 'server-1', 'Tcp.InSegs')).toBeGreaterThan(10);
    expect(grown('witnessed/crowded', 'client-1', 'pids.limitHits')).toBeGreaterThan(0);
    expect(grown('witnessed/crowded', 'server-1', 'pids.limitHits')).toBe(0);
    const page = read('report.html');
    expect(page).toContain('what the kernel counted, on 2 nodes');
    expect(page).toMatch(/pids\.limitHits \+\d/);
  });

  test('what passed the networks of its nodes is in files for their owner alone, and our probes are not', () => {
    const captures = z.array(TrafficCapture).parse(JSON.parse(read('pcap.json')));
    expect(captures.map(({ file, isCutOff, absent }) => ({ file, isCutOff, absent }))).toEqual(
      ['client-1', 'server-1'].map((node) => ({ file: `pcap/${node}.pcap`, isCutOff: false, absent: '' })),
    );
    expect(readdirSync(join(verdict.runFolder, 'pcap')).sort()).toEqual(['client-1.pcap', 'server-1.pcap']);
    for (const { file, packets, bytes } of captures) {
      const path = join(verdict.runFolder, file ?? '');
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const found = packetsIn(readFileSync(path));
      expect({ bytes: statSync(path).size, packets: found.length }).toEqual({ bytes, packets });
      expect(found.some(({ tcpPorts }) => tcpPorts?.includes(8000))).toBe(true);
      expect(found.some(({ bytes: packet }) => packet.includes('in the clear'))).toBe(true);
      expect(
        found.filter(({ udpPorts }) => udpPorts?.some((port) => port >= 27_011 && port < 28_011)),
      ).toEqual([]);
    }
    const page = read('report.html');
    expect(page).toContain('pcap/client-1.pcap');
    expect(page).toContain('nothing in these files is redacted');
  });
});

test('without faults traffic is captured all the same, until the file is full', async () => {
  const { verdict } = await rehearsal([join(folder, 'flood.yaml'), '--pcap']);
  expect({ verdict: verdict.verdict, why: verdict.why, residue: verdict.residue }).toEqual({
    ...{ verdict: 'pass', why: [], residue: [] },
  });
  const captures = z
    .array(TrafficCapture)
    .parse(JSON.parse(readFileSync(join(verdict.runFolder, 'pcap.json'), 'utf8')));
  const [client] = captures;
  expect(client).toMatchObject({ node: 'client-1', isCutOff: true, absent: '' });
  expect(client?.bytes).toBeGreaterThan(63e6);
  expect(client?.bytes).toBeLessThan(65e6);
  const bytes = readFileSync(join(verdict.runFolder, client?.file ?? ''));
  expect(packetsIn(bytes).length).toBeGreaterThan(1000);
});
