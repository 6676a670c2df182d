import { expect, test } from '@jest/globals';
import {
  blankRecord,
  latest,
  ProcessRecord,
  withFindings,
} from '../../../../scripts/evidence/process-record.ts';

const identity = { id: 'n/u/1', kind: 'unit', name: 'u', node: 'n' } as const;
const blank = blankRecord(identity, 'not known yet');
const seen = withFindings(blank, { cwd: { value: '/opt', source: '/proc/PID/cwd' } });

test('a value comes with its source, and nothing without a reason', () => {
  expect(seen).toMatchObject({ cwd: '/opt', sources: { cwd: '/proc/PID/cwd' } });
  expect(seen.absent.cwd).toBeUndefined();
  expect(seen.absent.argv).toBe('not known yet');
});

test('a finding without a value leaves the value, and gives the reason where there is none', () => {
  const later = withFindings(seen, { cwd: { absent: 'gone' }, argv: { absent: 'gone' } });
  expect(later.cwd).toBe('/opt');
  expect(later.absent.argv).toBe('gone');
});

test('a record with a null and no reason, or a value and no source, is refused', () => {
  expect(ProcessRecord.safeParse({ ...seen, absent: {} }).success).toBe(false);
  expect(ProcessRecord.safeParse({ ...seen, sources: {} }).success).toBe(false);
  expect(ProcessRecord.safeParse({ ...seen, inferred: true }).success).toBe(false);
});

test('of two lines of one start the later one counts', () => {
  expect(latest([blank, blankRecord({ ...identity, id: 'n/u/2' }, 'x'), seen]).map(({ cwd }) => cwd)).toEqual(
    ['/opt', null],
  );
});
