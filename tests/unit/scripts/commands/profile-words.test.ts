import { describe, expect, test } from '@jest/globals';
import { faultWords, profileWords } from '../../../../scripts/commands/profile-words.ts';
import { Monkey } from '../../../../infra/spec/monkey.ts';
import type { Fault } from '../../../../infra/spec/fault.ts';
import { cut, delay, freeze, kill, space } from '../../../support/faults.ts';

const isolated = { links: { shape: 'isolate', among: '*', count: 2, way: 'in' } } as const;

describe('a fault in words', () => {
  test.each<[Fault, string]>([
    [delay(80), 'd: network.delay delayMs 80, on all links, during the whole run'],
    [
      { ...delay(5), on: { links: [{ from: '*', to: 'broker', both: true }] } },
      'd: network.delay delayMs 5, on links any node <-> broker, during the whole run',
    ],
    [
      {
        ...cut,
        on: isolated,
        from: [2000, 2500],
        lastsMs: [3000, 3000],
        again: { times: 2, everyMs: [8000, 9000] },
      },
      'p: network.partition, on links: those of 2 of all nodes (what comes to them), beginning at 2 to 2.5 s, for 3 s, 2 times, every 8 to 9 s',
    ],
    [
      {
        ...space(0),
        on: { disks: [{ node: 'worker', path: '/data' }, { node: 'client' }] },
        from: [1000, 1000],
        untilMs: 9000,
      },
      's: disk.space freeBytes 0, on /data of worker and all disks of client, beginning at 1 s, until 9 s',
    ],
    [
      { ...space(0), on: { disks: 'all', ifAny: true } },
      's: disk.space freeBytes 0, on all disks, if there are any, during the whole run',
    ],
    [
      { ...kill, on: { units: [{ node: 'worker', count: 1, unit: 'worker' }] }, from: [0, 500] },
      'k: process.kill signal KILL, on worker of 1 of worker, beginning at 0 to 0.5 s, until the suites end',
    ],
    [
      {
        ...{ ...freeze, on: { nodes: [{ node: 'a' }] }, lastsMs: [2000, 2000] },
        from: { event: { port: { node: 'web', port: 80 } }, thenMs: [500, 1000], byMs: 60_000 },
      },
      'f: node.pause, on a, beginning 0.5 to 1 s after the moment when something listens on port 80 of web, for 2 s',
    ],
    [
      { ...freeze, on: { nodes: [{ node: '*', percent: 30 }] } },
      'f: node.pause, on 30 % of all nodes, during the whole run',
    ],
  ])('says what, with which values, on what and when: %#', (fault, words) => {
    expect(faultWords(fault)).toBe(words);
  });
});

test('a profile is its name, what it is for, and a line for each fault', () => {
  expect(
    profileWords({ name: 'slow', description: 'it is slow', faults: [delay(5), cut] }).split('\n'),
  ).toEqual([
    'slow',
    '  it is slow',
    '  - d: network.delay delayMs 5, on all links, during the whole run',
    '  - p: network.partition, on all links, during the whole run',
  ]);
});

test('a monkey in words: how much, of what, how often, and whom it leaves alone', () => {
  const monkey = Monkey.parse({
    faults: 3,
    kinds: ['node'],
    everyMs: [1000, 2000],
    lastsMs: [500, 500],
    spare: ['broker'],
  });
  expect(profileWords({ name: 'm', description: 'any', faults: [], monkey })).toBe(
    [
      'm',
      '  any',
      '  - monkey: 3 faults of node that the seed picks, every 1 to 2 s, for 0.5 s, 1 at once, never on the last node of a role, sparing broker',
    ].join('\n'),
  );
});
