import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { rehearsal } from '../../support/understudy.ts';

const folder = join(packageRoot, 'tests/support/clusters/bursts');

test('losses come in bursts as long as they were asked, beside links that lose as much one by one, and heal', async () => {
  const asked = [
    join(folder, 'cluster.yaml'),
    '--profile',
    join(folder, 'profile.yaml'),
    '--control',
    'never',
  ];
  const { verdict } = await rehearsal(asked);
  expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
  expect({ leftovers: verdict.leftovers, residue: verdict.residue }).toEqual({ leftovers: [], residue: [] });
  const of = (fault: string) => verdict.receipts.find((one) => one.fault === `bursts/${fault}`);
  const held = { ok: true, healedOk: true, bystandersOk: true, bystanders: 3, requested: 0.1 };
  expect(of('long')).toMatchObject({ ...held, bursts: { requested: 10 } });
  expect(of('short')).toMatchObject({ ...held, bursts: { requested: 3 } });
  expect(of('alone')).toMatchObject(held);
  // Their intervals lie apart: it is not the share that is told.
  expect(of('long')?.bursts?.interval[0]).toBeGreaterThan(of('short')?.bursts?.interval[1] ?? NaN);
});
