import { expect, test } from '@jest/globals';
import { isOrphaned, makerLabels } from '../../../../scripts/teardown/maker.ts';
import { localProcesses } from '../../../../scripts/teardown/process-table.ts';

const label = (): string => Object.values(makerLabels())[0] ?? '';
const here = localProcesses();

test('a container is its maker’s as long as that runs', () => {
  expect(isOrphaned(label(), here)).toBe(false);
});

test('and nobody’s when it has ended, its pid is another’s, or the machine was started again', () => {
  expect(isOrphaned(label(), { ...here, startTimeOf: () => null })).toBe(true);
  expect(isOrphaned(label(), { ...here, startTimeOf: () => '1' })).toBe(true);
  expect(isOrphaned(label(), { ...here, bootId: 'another' })).toBe(true);
});

test('nothing is said of what another machine made, or of a label that is none', () => {
  expect(isOrphaned(label(), { ...here, host: 'another', startTimeOf: () => null })).toBe(false);
  for (const other of ['', 'a/b/c', 'a/b/0/d']) expect(isOrphaned(other, here)).toBe(false);
});
