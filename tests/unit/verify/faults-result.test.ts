import { expect, test } from '@jest/globals';
import {
  allHold,
  faultsTable,
  withTable,
  type FaultsResult,
  type Round,
} from '../../verify/faults-result.ts';
import { receiptForTest } from '../../support/verdict.ts';

const slow = (during: number, changes = {}): Round['receipts'][number] => ({
  ...receiptForTest('p/slow'),
  ...{ kind: 'network.delay', unit: 'ms', requested: 20, tolerance: 2, n: 400, bystanders: 3 },
  ...{ ok: true, bystandersOk: true, healedOk: true, injectTookMs: 10, healTookMs: 20 },
  measured: { before: 0, during, after: 0 },
  ...changes,
});
const result = (...rounds: readonly Partial<Round>[]): FaultsResult => ({
  schema: 1,
  commit: 'c',
  machine: { cores: 2, processor: 'p', memoryMiB: 1, kernel: 'k', engine: 'e', node: 'n' },
  sampled: 's',
  rounds: rounds.map((one, at) => ({
    round: at + 1,
    at: '2026-11-25T00:00:00.000Z',
    verdict: 'pass',
    why: [],
    residue: [],
    receipts: [slow(20)],
    ...one,
  })),
});

test('a row tells least and most of what was measured, and the slowest of what was done', () => {
  const rounds = result({ receipts: [slow(19.98)] }, { receipts: [slow(20.4, { healTookMs: 31 })] });
  const [head, row, , residue] = faultsTable(rounds).split('\n');
  expect(head).toMatch(/^kind +asked +tolerance +measured +n +bystanders +inject +heal +holds$/);
  expect(row).toMatch(/^network.delay +20 ms +2 ms +20.0 ms to 20.4 ms +400 +3 +10 ms +31 ms +2 of 2$/);
  expect(residue).toBe('residue: none');
});

test.each<[string, FaultsResult]>([
  ['nothing was run', result()],
  ['a run was not a pass', result({}, { verdict: 'invalid' })],
  ['something was left', result({ residue: ['network us-x'] })],
  ['a receipt does not hold', result({ receipts: [slow(20), slow(40, { ok: false })] })],
  ['a bystander was touched', result({ receipts: [slow(20, { bystandersOk: false })] })],
  ['a fault did not heal', result({ receipts: [slow(20, { healedOk: false })] })],
])('not all of it holds where %s', (_why, wrong) => {
  expect(allHold(wrong)).toBe(false);
  expect(allHold(result({}, {}))).toBe(true);
});

test('the page keeps what stands around its table, and has it once however often it is written', () => {
  const page =
    'before\n<!-- from tests/results/verify-faults.json by `npm run verify-faults` -->\nstale\n<!-- end -->\nafter\n';
  const once = withTable(page, result({}));
  expect(once).toMatch(
    /^before\n<!-- from .*-->\n\n\| kind \|[^]*\| network.delay \|[^]*residue: none\.\n\n<!-- end -->\nafter\n$/,
  );
  expect(once).not.toContain('stale');
  expect(withTable(once, result({}))).toBe(once);
});
