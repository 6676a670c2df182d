import { expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import { drawFor } from '../../../../../infra/plan/seed.ts';
import type { Fault } from '../../../../../infra/spec/fault.ts';
import { InForce } from '../../../../../scripts/faults/watch/in-force.ts';
import { LinkWatch } from '../../../../../scripts/faults/network/link-watch.ts';
import { atOnceMs, FakeProbe } from '../../../../support/fake-probe.ts';
import { cut, delay, jitter, loss } from '../../../../support/faults.ts';

const points = [
  new FakeProbe('a', '198.18.0.11', '198.18.0.12').point,
  new FakeProbe('b', '198.18.0.12', '198.18.0.11').point,
];
const window = (id: string, fault: Fault): ScheduledFault => ({
  id,
  profile: 'p',
  fault,
  targets: ['a->b'],
  startMs: 0,
  endMs: 10_000,
});
const healed = window('p/healed', delay(30));

/** What is said of the link of `healed` right after its heal: with one fault on it since before, and one that came since. */
async function afterHeal(since: Fault, came: Fault | null): Promise<boolean | null> {
  const inForce = new InForce();
  const watch = new LinkWatch(
    points,
    [healed],
    inForce,
    new AbortController().signal,
    drawFor(1, 'bystanders'),
    atOnceMs,
  );
  inForce.begin({ ...window('p/since', since), startMs: null });
  await watch.begin();
  await watch.beforeWindow(healed);
  inForce.begin(healed);
  await watch.inWindow(healed, () => 0);
  if (came !== null) inForce.begin(window('p/came', came));
  inForce.end(healed);
  await watch.afterWindow(healed, () => 0);
  return watch.measurements().of.get(healed.id)?.healed.get('a->b')?.isAlone ?? null;
}

test('a link is read after a heal in a window whatever stands on it, and judged by the share of the fault where others came', async () => {
  expect(await afterHeal(jitter(10), null)).toBe(true);
  expect(await afterHeal(delay(10), null)).toBe(true);
  expect(await afterHeal(delay(10), loss(0.1))).toBe(false);
});

test('nothing is said of one that is cut, or on which another fault of its kind came: the end of the run tells', async () => {
  expect(await afterHeal(delay(10), delay(5))).toBeNull();
  expect(await afterHeal(delay(10), cut)).toBeNull();
});
