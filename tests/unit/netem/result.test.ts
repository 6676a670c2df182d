import { expect, test } from '@jest/globals';
import { allHold, summary, type NetemResult } from '../../netem/result.ts';
import { everyAbility } from '../../support/abilities.ts';
import { receiptForTest } from '../../support/verdict.ts';

type RoundRun = NetemResult['rounds'][number];

const slow = (changes = {}): RoundRun['receipts'][number] => ({
  ...receiptForTest('p/slow'),
  ...{ kind: 'network.delay', target: 'node-1->node-2', driver: 'netem', unit: 'ms' },
  ...{ requested: 80, tolerance: 4, n: 400, ok: true, bystandersOk: true, healedOk: true },
  measured: { before: 0.03, during: 80.1, after: 0 },
  ...changes,
});
const round = (changes: Partial<RoundRun> = {}): RoundRun => ({
  ...{ name: 'alone', at: '2026-11-30T00:00:00.000Z', tookMs: 20_000, leftovers: [], inForce: [] },
  receipts: [slow()],
  ...changes,
});
const clock = { requestedMs: 90_000, measured: { during: 89_998, after: 2 }, toleranceMs: 500, ok: true };
const result = (changes: Partial<NetemResult> = {}): NetemResult => ({
  schema: 1,
  commit: 'c',
  at: '2026-11-30T00:00:00.000Z',
  host: { cores: 2, processor: 'p', memoryMiB: 1, kernel: 'k', engine: 'e', node: 'n' },
  ...{ emulator: 'QEMU 7', kernel: '6.1-cloud', sampled: 's', bootMs: 5000 },
  abilities: { ...everyAbility, nfqueue: false },
  rounds: [round()],
  clock: [clock],
  ...changes,
});

test('it is told link by link, with what was left over and what the clock was', () => {
  const text = summary(result({ rounds: [round({ leftovers: ['node-1: qdisc netem'] })] }));
  expect(text).toMatch(/^kernel 6.1-cloud, QEMU 7, booted in 5.00 s\n/);
  expect(text).toMatch(/\nalone \(20.0 s; left over: node-1: qdisc netem\)\n/);
  expect(text).toMatch(
    /\nnode-1->node-2 +network.delay +80 ms +4 ms +0.03 ms +80.1 ms +400 +0.00 ms +netem +yes\n/,
  );
  expect(text).toMatch(/\n90.0 s asked ± 500.0 ms: 90.0 s, and 2.00 ms after: yes$/);
});

test.each<[string, Partial<NetemResult>]>([
  ['the kernel has no netem', { abilities: { ...everyAbility, netem: false } }],
  ['nothing was run', { rounds: [] }],
  ['something else did it', { rounds: [round({ receipts: [slow({ driver: 'nfqueue' })] })] }],
  ['a receipt does not hold', { rounds: [round(), round({ receipts: [slow({ ok: false })] })] }],
  ['a fault did not heal', { rounds: [round({ receipts: [slow({ healedOk: false })] })] }],
  ['something was left', { rounds: [round({ leftovers: ['node-1: qdisc netem'] })] }],
  ['no clock was set', { clock: [] }],
  ['the clock was not as asked', { clock: [clock, { ...clock, ok: false }] }],
])('not all of it holds where %s', (_why, wrong) => {
  expect(allHold(result(wrong))).toBe(false);
  expect(allHold(result())).toBe(true);
});
