import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { rehearsal } from '../../support/understudy.ts';

const folder = join(packageRoot, 'tests/support/clusters/mortal');
const asked = [join(folder, 'cluster.yaml'), '--control', 'never'];
const ended = /^node mortal-1 ended at \d\d:\d\d:\d\d UTC with exit code 3; it said last: “out of luck”$/;

test('a node that ends while a suite passes fails the run, and is named in every file of it', async () => {
  const { verdict, exitCode } = await rehearsal(asked);
  expect(exitCode).toBe(1);
  expect(verdict).toMatchObject({ verdict: 'fail', why: [expect.stringMatching(ended)] });
  expect(verdict.suites).toMatchObject([{ status: 'passed' }]);
  for (const file of ['junit.xml', 'report.html'])
    expect(readFileSync(join(verdict.runFolder, file), 'utf8')).toContain('node mortal-1 ended at');
});

test('faults on it went with it: nothing is waited for, and no reason but its end is given', async () => {
  const { verdict } = await rehearsal([...asked, '--profile', join(folder, 'profile.yaml')]);
  expect(verdict).toMatchObject({ verdict: 'fail', why: [expect.stringMatching(ended)], leftovers: [] });
  // Six links with two faults each; a disk of it and one beside it; a link to it that is cut.
  expect(verdict.receipts).toHaveLength(6 * 2 + 3);
  for (const receipt of verdict.receipts) expect(receipt).toMatchObject({ ok: true, healedOk: true });
  expect(verdict.phasesMs['heal']).toBeLessThan(10_000);
});
