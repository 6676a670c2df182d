import { expect, test } from '@jest/globals';
import { reapText } from '../../../../scripts/commands/reap.ts';

import { takeInventory, type KnownCluster } from '../../../../scripts/teardown/inventory.ts';

const soon = '2026-11-25T12:00:00.000Z';

const [known] = takeInventory({
  objects: [{ kind: 'container', labels: { 'dev.understudy.run': 'r' } }],
  leases: [],
  stacks: new Map([['r', 'r']]),
  owner: null,
  engine: 'here',
  nowMs: 0,
  table: { host: 'h', bootId: 'b', startTimeOf: () => null },
});

function cluster(changes: Partial<KnownCluster>): KnownCluster {
  if (known === undefined) throw new Error('the made-up engine holds a cluster');
  return { ...known, made: 'run', holder: 'dead', holderPid: 41, ...changes };
}

function spared(changes: Partial<KnownCluster>): string {
  return reapText({ reaped: [], left: [], builds: [], spared: [cluster(changes)] }, true);
}

test.each([
  [{ reapable: 'expired', expires: soon }, `would reap r: its time ended at ${soon}`],
  [
    { reapable: 'holder-dead' },
    'would reap r: process 41, which was working on it, has died, and nobody asked to keep it',
  ],
] as const)('a dry run says in a sentence why a cluster would go: %j', (changes, line) => {
  const left = [cluster(changes)];
  expect(reapText({ reaped: [], left, builds: [], spared: [] }, true)).toBe(line);
});

test.each<[Partial<KnownCluster>, string]>([
  [{ mine: false, owner: 'ann@far' }, 'it belongs to ann@far, and was not made from here'],
  [{ mine: false, owner: '' }, 'it was not made from here, and nothing says whose it is'],
  [{ elsewhere: true }, 'it is on another Docker Engine than the one that was asked'],
  [{ holder: 'alive' }, 'process 41 is working on it'],
  [
    { holder: 'unknown' },
    'it was made on another machine, and whether that still works on it cannot be seen from here',
  ],
  [
    { kept: true, holder: 'unknown', reason: 'understudy up', expires: soon },
    `it is kept on purpose (understudy up) until ${soon}`,
  ],
  [{ kept: true }, 'it is kept on purpose, without an end'],
  [{ made: 'plain', holder: 'none' }, 'pulumi up made it, without an end; pulumi destroy takes it down'],
])('and why it would not: %j', (changes, why) => {
  expect(spared(changes)).toBe(`would not reap r: ${why}`);
});

test('what was done is told as done, and what is left is named', () => {
  const gone = cluster({ reapable: 'expired', expires: soon });
  const text = reapText(
    {
      reaped: [
        { cluster: gone, residue: [] },
        { cluster: gone, residue: ['network us-r'] },
      ],
      left: [gone],
      builds: [],
      spared: [cluster({ holder: 'alive' })],
    },
    false,
  );
  expect(text.split('\n')).toEqual([
    `reaped r: its time ended at ${soon}`,
    `could not reap all of r: its time ended at ${soon}; left: network us-r`,
    'did not reap r: process 41 is working on it',
  ]);
});

test('where there is nothing it says so', () => {
  expect(reapText({ reaped: [], left: [], builds: [], spared: [] }, true)).toBe('nothing to reap');
});
