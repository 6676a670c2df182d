import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import { packageRoot } from '../../../../infra/places.ts';
import { declaredFiles } from '../../../../scripts/evidence/declared-files.ts';

test('files of a node are those of its image, of all that it is built on, and its own', () => {
  const { plan } = loadPlan({
    ...{ cluster: join(packageRoot, 'infra/clusters/thumbnails/cluster.yaml'), profiles: [], suites: [] },
    ...{ seed: 1, set: {} },
  });
  const worker = plan.nodes.find(({ role }) => role === 'worker');
  if (worker === undefined) throw new Error('no worker');
  const files = declaredFiles(plan, worker);
  const stacks = plan.stacks.filter(({ label }) => ['worker', 'base'].some((name) => label.endsWith(name)));
  expect(stacks).toHaveLength(2);
  for (const stack of stacks)
    for (const { path } of Object.values(stack.files)) expect(files).toContain(path);
  for (const { path } of worker.files) expect(files).toContain(path);
  expect(files.every((path) => path.startsWith('/') && !path.endsWith('/'))).toBe(true);
});
