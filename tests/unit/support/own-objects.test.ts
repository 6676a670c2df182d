import { expect, test } from '@jest/globals';
import { ownObjects } from '../../support/own-objects.ts';

const here = ['/here', '/tmp'];
const listed = [
  { runId: 'old', line: 'a1 us-old-node-1' },
  { runId: 'ours', line: 'b2 us-ours-node-1' },
  { runId: 'kept', line: 'c3 us-kept-node-1' },
  { runId: 'installed', line: 'd4 us-installed-node-1' },
  { runId: 'theirs', line: 'e5 us-theirs-node-1' },
  { runId: 'beside', line: 'f6 us-beside-node-1' },
];
const leases = [
  { runId: 'kept', runFolder: null },
  { runId: 'installed', runFolder: '/tmp/project/.runs/installed' },
  { runId: 'theirs', runFolder: '/elsewhere/.runs/theirs' },
  { runId: 'beside', runFolder: '/here-too/.runs/beside' },
];

test('what a test may have left is all that came since, but for runs whose lease speaks of another place', () => {
  expect(ownObjects(listed, new Set(['a1 us-old-node-1']), leases, here)).toEqual([
    'b2 us-ours-node-1',
    'c3 us-kept-node-1',
    'd4 us-installed-node-1',
  ]);
});

test('what no lease speaks for counts, whoever made it', () => {
  expect(ownObjects(listed, new Set(), [], here)).toHaveLength(listed.length);
});
