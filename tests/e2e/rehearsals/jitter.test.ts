import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { Verdict } from '../../../scripts/verdict/verdict.ts';
import { rehearsal } from '../../support/understudy.ts';

const folder = join(packageRoot, 'tests/support/clusters/jitter');
const [cluster, profile] = [join(folder, 'cluster.yaml'), join(folder, 'profile.yaml')];
const spread = (verdict: Verdict, fault: string) =>
  verdict.receipts.find((one) => one.fault === `spread/${fault}`);

test('delays are spread as each link was asked to, which is told from the other distributions, and heal', async () => {
  const { verdict } = await rehearsal([cluster, '--profile', profile, '--control', 'never']);
  expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
  expect({ leftovers: verdict.leftovers, residue: verdict.residue }).toEqual({ leftovers: [], residue: [] });
  for (const [name, jitterMs] of [
    ['normal', 10],
    ['uniform', 20],
    ['pareto', 15],
  ] as const) {
    const receipt = spread(verdict, name);
    expect(receipt).toMatchObject({
      ...{ ok: true, healedOk: true, bystandersOk: true, bystanders: 3, requested: jitterMs },
      shape: { requested: name, nearest: name },
    });
    expect(receipt?.shape?.distance).toBeLessThan(receipt?.shape?.tolerance ?? 0);
  }
  // Half of them within the delay beside it, a lopsided one's too.
  expect(spread(verdict, 'late')).toMatchObject({ ok: true, requested: 40 });
  expect(spread(verdict, 'late-too')).toMatchObject({ ok: true, requested: 30 });
});

test('a uniform spread is not taken for a normal one whose quartiles it has: the run is invalid and says what it is like', async () => {
  const script = join(packageRoot, 'tests/support/sabotaged-rehearsal.ts');
  const { exitCode, stdout } = await execa(process.execPath, [script, 'uniform', cluster, profile], {
    reject: false,
    stdin: 'ignore',
  });
  const verdict = Verdict.parse(JSON.parse(stdout));
  expect({ exitCode, verdict: verdict.verdict }).toEqual({ exitCode: 2, verdict: 'invalid' });
  expect(spread(verdict, 'normal')).toMatchObject({
    ...{ ok: false, healedOk: true, why: expect.stringContaining('most like uniform delays') },
    shape: { requested: 'normal', nearest: 'uniform' },
  });
  expect(spread(verdict, 'uniform')).toMatchObject({ ok: true });
  expect(spread(verdict, 'pareto')).toMatchObject({ ok: true });
});
