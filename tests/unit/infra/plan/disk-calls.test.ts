import { expect, test } from '@jest/globals';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import { refusalOf } from '../../../support/refusal.ts';
import { writtenSpec } from '../../../support/written-spec.ts';

const image = `debian@sha256:${'0'.repeat(64)}`;
const cluster = `
name: disks
volumes: { archive: { sizeMiB: 16, shared: true, mountedBy: { node: /data/archive, other: /archive } } }
roles:
  node:
    { image: '${image}', init: image, count: 3, memoryMiB: 64, disks: { /data: { sizeMiB: 16 }, /logs: { sizeMiB: 16 } } }
  other: { image: '${image}', init: image, memoryMiB: 64 }
suites: { wait: { command: [sleep, '2'] } }
`;

function planned(on: string, seed = 1): ReturnType<typeof loadPlan> {
  using spec = writtenSpec({
    'cluster.yaml': cluster,
    'p.yaml': `name: p\ndescription: d\nfaults: [{ name: f, kind: disk.slow, delayMs: 20, on: { disks: ${on} } }]\n`,
  });
  return loadPlan({
    cluster: spec.path('cluster.yaml'),
    profiles: [spec.path('p.yaml')],
    ...{ seed, set: {}, suites: [] },
  });
}

test('what would be hidden by what stands in front of a disk is named, shared volumes too', () => {
  const { error } = refusalOf(() => planned('[{ node: node, path: /data }]')).document;
  expect(error.problems[0]?.message).toMatch(
    /node-1:\/data has another disk below it, \/data\/archive, .* disk\.slow .* hide/,
  );
  expect(planned('[{ node: node, path: /logs }]').plan.schedule[0]?.targets).toHaveLength(3);
});

test('a volume that several nodes share is no disk, and the refusal says so', () => {
  const { error } = refusalOf(() => planned('[{ node: other, path: /archive }]')).document;
  expect(error).toMatchObject({ exit: 64, problems: [{ code: 'no-target' }] });
  expect(error.problems[0]?.hint).toMatch(
    /its disks are \/data, \/logs \(`disks:` of a role; a volume that several nodes share is none\)/,
  );
});

test('of the disks that are named as many are taken as were asked for, by the seed', () => {
  const of = (seed: number): readonly string[] | undefined =>
    planned("[{ node: '*', count: 1, path: /logs }]", seed).plan.schedule[0]?.targets;
  const seen = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => of(seed));
  expect(new Set(seen.flat())).toEqual(new Set(['node-1:/logs', 'node-2:/logs', 'node-3:/logs']));
  for (const targets of seen) expect(targets).toHaveLength(1);
  expect(of(3)).toEqual(of(3));
});
