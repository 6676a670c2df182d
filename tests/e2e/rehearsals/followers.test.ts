import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { rehearsal } from '../../support/understudy.ts';

const folder = join(packageRoot, 'tests/support/clusters/followers');

test('what ends with a unit, by its own words, runs again after it', async () => {
  const { verdict } = await rehearsal([
    join(folder, 'cluster.yaml'),
    ...['--profile', join(folder, 'profile.yaml'), '--control', 'never'],
  ]);
  expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
  expect(verdict.suites).toMatchObject([{ status: 'passed' }]);
  expect(verdict.receipts).toMatchObject([{ kind: 'process.restart', ok: true, healedOk: true }]);
});
