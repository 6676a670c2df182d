import { expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import type { Fault } from '../../../../../infra/spec/fault.ts';
import { inTheWay, refuseInTheWay } from '../../../../../scripts/faults/heal/foreign-state.ts';
import { everyAbility } from '../../../../support/abilities.ts';
import { cut, delay, notice, rate } from '../../../../support/faults.ts';

const scheduled = (fault: Fault, target: string): ScheduledFault => ({
  ...{ id: `p/${fault.name}`, profile: 'p', fault, targets: [target] },
  ...{ startMs: null, endMs: null },
});
const untouched = [
  'qdisc qdisc noqueue 0: dev eth0 root refcnt 2',
  'rule table ip nat {',
  'address eth0 inet 198.18.0.11/28 brd 198.18.0.15 scope global eth0',
  'route unreachable 169.254.0.0/16',
];
const tbf = 'qdisc qdisc tbf 8001: dev eth0 root refcnt 2 rate 900Mbit';

test.each<[string, Fault, string, string, RegExp | null]>([
  [
    'a rate, at the sender',
    rate(1),
    'a->b',
    tbf,
    /a, for p\/\w+: a root qdisc that is not ours, and it stays: qdisc tbf 8001:/,
  ],
  ['a rate, at the receiver', rate(1), 'b->a', tbf, null],
  ['a delay, which needs no qdisc', delay(5), 'a->b', tbf, null],
  ['a cut', cut, 'b->a', 'rule table inet understudy_cut_198_18_0_12 {', /a table with a name of ours/],
  ['a cut beside tables of others', cut, 'b->a', 'rule table ip mangle {', null],
  [
    'a delay and its queue',
    delay(5),
    'b->a',
    'rule udp dport 1 queue flags bypass to 40-50',
    /a rule for queue 47/,
  ],
  ['a delay and another queue', delay(5), 'b->a', 'rule udp dport 1 counter queue num 12 bypass', null],
  [
    'a notice',
    notice,
    'a',
    'address lo inet 169.254.169.254/32 scope global lo',
    /at the address of the metadata/,
  ],
  ['a notice and a route', notice, 'a', 'route blackhole 169.254.169.254', /at the address of the metadata/],
  ['a notice of another node', notice, 'b', 'route blackhole 169.254.169.254', null],
])('%s', (_what, fault, target, line, expected) => {
  const found = inTheWay('a', [scheduled(fault, target)], [...untouched, line], everyAbility);
  expect(inTheWay('a', [scheduled(fault, target)], untouched, everyAbility)).toEqual([]);
  if (expected === null) expect(found).toEqual([]);
  else expect(found).toEqual([expect.stringMatching(expected)]);
});

test('is refused with all of it named, and nothing is not', () => {
  expect(() => {
    refuseInTheWay([]);
  }).not.toThrow();
  expect(() => {
    refuseInTheWay(['a: one', 'b: another']);
  }).toThrow(/a: one\n {2}b: another/);
});

test('where netem stands in for NFQUEUE, a delay needs the root, too', () => {
  const abilities = { ...everyAbility, nfqueue: false };
  expect(inTheWay('a', [scheduled(delay(5), 'a->b')], [tbf], abilities)).toHaveLength(1);
});
