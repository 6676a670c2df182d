import { expect, test } from '@jest/globals';
import { nodesBeside } from '../../../../../scripts/faults/victim/nodes-beside.ts';

const cluster = (size: number) => Array.from({ length: size }, (_, at) => ({ node: `n${at}` }));

test('beside nodes are all others, those that come next first', () => {
  expect(nodesBeside(cluster(4), ['n1'])).toEqual(['n2', 'n3', 'n0']);
  expect(nodesBeside(cluster(4), ['n0', 'n2'])).toEqual(['n1', 'n3']);
  expect(nodesBeside(cluster(2), ['n0', 'n1'])).toEqual([]);
});

test('of many, ten', () => {
  expect(nodesBeside(cluster(50), ['n45'])).toEqual([
    ...['n46', 'n47', 'n48', 'n49', 'n0', 'n1', 'n2', 'n3', 'n4', 'n5'],
  ]);
});
