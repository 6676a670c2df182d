import { expect, test } from '@jest/globals';
import { testRows } from '../../../../scripts/report/test-rows.ts';

const one = (name: string, status: 'passed' | 'failed' | 'skipped') => ({
  name,
  status,
  durationMs: 1,
  message: '',
});

test('tests stand beside those of the control by name, failing first', () => {
  const rows = testRows(
    [one('a', 'passed'), one('b', 'skipped'), one('c', 'failed')],
    [one('a', 'passed'), one('c', 'passed'), one('gone', 'passed')],
  );
  expect(rows.map(({ name, here, control }) => [name, here?.status, control?.status])).toEqual([
    ['c', 'failed', 'passed'],
    ['gone', undefined, 'passed'],
    ['b', 'skipped', undefined],
    ['a', 'passed', 'passed'],
  ]);
});

test('tests of one name are told apart by their order', () => {
  const rows = testRows([one('a', 'passed'), one('a', 'failed')], [one('a', 'failed'), one('a', 'passed')]);
  expect(rows.map(({ here, control }) => [here?.status, control?.status])).toEqual([
    ['failed', 'passed'],
    ['passed', 'failed'],
  ]);
});
