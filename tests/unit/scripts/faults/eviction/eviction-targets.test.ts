import { expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import type { Fault } from '../../../../../infra/spec/fault.ts';
import { evictionMeaning } from '../../../../../scripts/faults/eviction/eviction-meaning.ts';
import { EvictionReader } from '../../../../../scripts/faults/eviction/eviction-targets.ts';
import { InForce } from '../../../../../scripts/faults/watch/in-force.ts';
import { TargetWatch } from '../../../../../scripts/faults/watch/target-watch.ts';
import { fakeVictim } from '../../../../support/fake-victim.ts';
import { notice, spot } from '../../../../support/faults.ts';

const scheduled = (id: string, fault: Fault, target: string): ScheduledFault => ({
  ...{ id, profile: 'p', fault, targets: [target], startMs: 0, endMs: 1 },
});
const victims = await Promise.all([
  fakeVictim({ node: 'a', disks: ['/data'], units: ['web'] }),
  fakeVictim({ node: 'b' }),
  fakeVictim({ node: 'c' }),
]);

test('an eviction takes its time, in which all that is on its node has to wait, and nothing of other nodes', () => {
  const [evicted, warned] = [scheduled('p/e', spot, 'a'), scheduled('p/n', notice, 'b')];
  const inForce = new InForce();
  const watch = new TargetWatch(
    evictionMeaning,
    new EvictionReader(victims),
    [evicted, warned],
    inForce,
    AbortSignal.abort(),
  );
  expect(watch.touches(evicted)).toEqual(['a', 'a->b', 'b->a', 'a->c', 'c->a', 'a:/data', 'a:web']);
  expect(watch.touches(warned)).toEqual(['b', 'c', 'a']);
  inForce.begin(evicted);
  expect(watch.touches(warned)).toEqual(['b', 'c']);
  inForce.end(evicted);
  expect(watch.touches(warned)).toEqual(['b', 'c', 'a']);
  for (const { hold } of victims) hold.leave();
});
