import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../infra/plan/plan.ts';
import { receiptsOf, type Told } from '../../../../scripts/faults/session-receipts.ts';
import type { Victim } from '../../../../scripts/faults/victim/victim.ts';
import { InForce } from '../../../../scripts/faults/watch/in-force.ts';
import { watchesOf } from '../../../../scripts/faults/watches.ts';
import { conclude } from '../../../../scripts/verdict/conclude.ts';
import { Receipt } from '../../../../scripts/verdict/receipt.ts';
import { withoutNetem } from '../../../support/abilities.ts';
import { fakeVictim } from '../../../support/fake-victim.ts';
import { everyFault } from '../../../support/every-kind.ts';

const ended = new AbortController();
let victims: readonly Victim[] = [];
beforeAll(async () => {
  victims = [await fakeVictim({ node: 'a', disks: ['/d'] })];
});
afterAll(async () => {
  ended.abort();
  for (const { hold } of victims) await hold.close();
});

const nothingElse = {
  suites: [],
  invariants: [],
  parity: [],
  leftovers: [],
  down: [],
  invalid: [],
  control: null,
};
const times = { injectedAtMs: null, injectTookMs: 1, healedAtMs: null, healTookMs: 1 };

/** With readings of nothing at all. */
function receiptOf(scheduled: ScheduledFault, told: Partial<Told>): Receipt | undefined {
  const watches = watchesOf(victims, [scheduled], new InForce(), ended.signal, 1);
  const judge = watches.find((one) => one.has(scheduled))?.judge();
  if (judge === undefined) throw new Error(`no family has ${scheduled.fault.kind}`);
  const begun = new Set(['p/f']);
  const nothing = {
    ...{ realised: new Map(), begun, leftovers: [], ended: new Set<string>() },
    abilities: withoutNetem,
  };
  return receiptsOf(scheduled, judge, { ...nothing, ...told })[0];
}

describe.each(everyFault.map((fault) => [fault.kind, fault] as const))('%s', (kind, fault) => {
  const target = kind.startsWith('network.') ? 'a->b' : kind.startsWith('disk.') ? 'a:/d' : 'a';
  const scheduled: ScheduledFault = {
    ...{ id: 'p/f', profile: 'p', fault, targets: [target], startMs: null, endMs: null },
    ...(kind === 'resource.memory' ? { memory: { a: { heldBytes: 1, bytes: 2 ** 25 } } } : {}),
  };
  const realised = (healed: boolean): Told['realised'] => new Map([['p/f', { ...times, healed }]]);

  test.each<[string, Partial<Told>]>([
    ['could not be read after it', { realised: realised(true) }],
    ['was not taken out', { realised: realised(false) }],
    ['did not come all the way', {}],
    ['left something behind', { realised: realised(true), leftovers: ['a: rule x'] }],
  ])('that %s has not healed, and its receipt and the verdict say why', (_what, told) => {
    const receipt = Receipt.parse(receiptOf(scheduled, told));
    expect(receipt.healedOk).toBe(false);
    expect(receipt.whyNotHealed).toMatch(/\w+ \w+/);
    const { why } = conclude({ ...nothingElse, receipts: [receipt] });
    expect(why).toContain(`p/f on ${target} did not heal: ${receipt.whyNotHealed}`);
  });
});

test('what was never begun has nothing to heal', () => {
  const [fault] = everyFault;
  if (fault === undefined) throw new Error('there is no kind');
  const scheduled = { id: 'p/f', profile: 'p', fault, targets: ['a->b'], startMs: null, endMs: null };
  expect(receiptOf(scheduled, { begun: new Set() })).toMatchObject({ ok: false, healedOk: true });
});

test('a receipt names what was left on its target, and not all of it', () => {
  const [fault] = everyFault;
  if (fault === undefined) throw new Error('there is no kind');
  const scheduled = { id: 'p/f', profile: 'p', fault, targets: ['a->b'], startMs: null, endMs: null };
  const leftovers = ['a: rule 1', 'c: rule 2', 'b: rule 3', 'b: rule 4', 'b: rule 5'];
  expect(receiptOf(scheduled, { leftovers })?.whyNotHealed).toMatch(
    /; left behind on it: a: rule 1; left behind on it: b: rule 3; left behind on it: b: rule 4; and 1 more$/,
  );
});
