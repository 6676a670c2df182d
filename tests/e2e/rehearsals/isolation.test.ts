import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { rehearsal } from '../../support/understudy.ts';

test('a node has no way to link-local addresses or other clusters, no IPv6, and no more processes than its role may, also after it was restarted', async () => {
  const { verdict } = await rehearsal([join(packageRoot, 'tests/support/clusters/isolation/cluster.yaml')]);
  expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
});
