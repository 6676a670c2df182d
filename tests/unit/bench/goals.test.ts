import { describe, expect, test } from '@jest/globals';
import type { EngineEvent } from '../../bench/engine-log.ts';
import { allGone, allRun } from '../../bench/up-and-down.ts';

const cluster = 'bench-image-2';

describe('a cluster is up', () => {
  const goal = allRun(cluster, 2);

  test('when as many of its nodes as it has were started', () => {
    expect(goal.reached([node(1, 'create', 'node-1'), node(2, 'start', 'node-1')])).toBe(false);
    expect(goal.reached([node(2, 'start', 'node-1'), node(3, 'start', 'node-2')])).toBe(true);
  });

  test('and neither a helper nor somebody else’s node counts', () => {
    const helper = { ...node(2, 'start', 'x'), attributes: { 'dev.understudy.cluster': cluster } };
    const other = {
      ...node(3, 'start', 'x'),
      attributes: { 'dev.understudy.cluster': 'thumbnails', 'dev.understudy.node': 'worker-1' },
    };
    expect(goal.reached([node(1, 'start', 'node-1'), helper, other])).toBe(false);
  });

  test('the moments on the way are counted from the process start', () => {
    const events = [network(105, 'create'), node(110, 'create', 'node-1'), node(140, 'start', 'node-1')];
    expect(goal.marksMs(events, 100)).toEqual({
      network: 5,
      firstCreated: 10,
      firstRuns: 40,
      lastCreated: 10,
    });
  });
});

describe('a cluster is gone', () => {
  const goal = allGone(cluster, 1);

  test('when its nodes and its network are', () => {
    expect(goal.reached([node(1, 'destroy', 'node-1')])).toBe(false);
    expect(goal.reached([network(1, 'destroy')])).toBe(false);
    expect(goal.reached([node(1, 'destroy', 'node-1'), network(2, 'destroy')])).toBe(true);
  });

  test('a network of nobody’s run is not its network', () => {
    const bridge = { ...network(2, 'destroy'), attributes: { name: 'my-net' } };
    expect(goal.reached([node(1, 'destroy', 'node-1'), bridge])).toBe(false);
  });
});

function node(atMs: number, action: string, name: string): EngineEvent {
  const attributes = { name: `us-1-${name}`, 'dev.understudy.cluster': cluster, 'dev.understudy.node': name };
  return { atMs, kind: 'container', action, attributes };
}

function network(atMs: number, action: string): EngineEvent {
  return { atMs, kind: 'network', action, attributes: { name: 'us-20261125-010203-abcdef' } };
}
