import { afterAll, expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import { driftMeaning } from '../../../../../scripts/faults/drift/drift-meaning.ts';
import {
  evictionMeaning,
  type EvictionReading,
} from '../../../../../scripts/faults/eviction/eviction-meaning.ts';
import { InForce } from '../../../../../scripts/faults/watch/in-force.ts';
import { TargetWatch } from '../../../../../scripts/faults/watch/target-watch.ts';
import { oneOfEach } from '../../../../support/faults.ts';

const ended = new AbortController();
afterAll(() => {
  ended.abort();
});

const scheduled = (kind: 'eviction.notice' | 'drift.package'): ScheduledFault => {
  const fault = oneOfEach[kind];
  return { id: `p/${kind}`, profile: 'p', fault, targets: ['a'], startMs: null, endMs: null };
};
const [notice, drift] = [scheduled('eviction.notice'), scheduled('drift.package')];

/** A node whose metadata service is there until it is released. */
class Node {
  noticed = false;
  serves = true;

  read(): EvictionReading {
    const none = { status: this.serves ? 404 : 0, action: '', forMs: null };
    const metadata = {
      ...{ atMs: 0, token: this.serves ? 200 : 0, withoutToken: 401, instance: 'i-1' },
      ...{ interruption: { ...none, status: this.noticed ? 200 : none.status }, rebalance: none },
    };
    return { node: { insider: null, start: '7', marks: null }, metadata, story: null };
  }
}

async function noticeUnderDrift() {
  const [node, inForce] = [new Node(), new InForce()];
  const around = [[notice, drift], inForce, ended.signal] as const;
  const evictions = new TargetWatch(
    evictionMeaning,
    { beside: () => [], read: async () => Promise.resolve(node.read()) },
    ...around,
  );
  const drifts = new TargetWatch(
    driftMeaning,
    { beside: () => [], read: async () => Promise.resolve(driftMeaning.unread) },
    ...around,
  );
  inForce.begin(drift);
  await evictions.around(notice, async () => {
    inForce.begin(notice);
    node.noticed = true;
    return Promise.resolve();
  });
  node.noticed = false;
  inForce.end(notice);
  for (const watch of [evictions, drifts]) await watch.afterHeal(notice);
  return { node, inForce, watches: [evictions, drifts], evictions };
}

test('a notice under a drift of the same node is read when that has healed, while its service still answers', async () => {
  const { node, inForce, watches, evictions } = await noticeUnderDrift();
  inForce.end(drift);
  for (const watch of watches) await watch.afterHeal(drift);
  node.serves = false;
  for (const watch of watches) await watch.finish();
  expect(evictions.judge().whyNotBack(notice, 'a')).toBe('');
});

test('where the drift does not heal, it is read before the service goes', async () => {
  const { node, watches, evictions } = await noticeUnderDrift();
  for (const watch of watches) await watch.allOut();
  node.serves = false;
  for (const watch of watches) await watch.finish();
  expect(evictions.judge().whyNotBack(notice, 'a')).toBe('');
});
