import { expect, test } from '@jest/globals';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import type { LoadedPlan, PlannedNode } from '../../../../infra/plan/plan.ts';
import { carriedVersion, versionsFor } from '../../../../infra/plan/versions.ts';
import { otherProject, otherVersion } from '../../../support/faults.ts';
import { writtenSpec } from '../../../support/written-spec.ts';

const nodes = (...names: readonly string[]): string =>
  `on: {nodes: [${names.map((node) => `{node: ${node}}`).join(', ')}]}`;
const pillow = 'kind: drift.version, manager: pip, package: pillow, version: 10.4.0, reports: [a]';
const tzdata = 'kind: drift.version, manager: apt, package: tzdata, version: 2025b, reports: [a]';

function planned(...faults: readonly string[]): LoadedPlan {
  const lines = faults.map((fault, at) => `  - {name: f${at}, ${fault}}\n`).join('');
  using spec = writtenSpec({ 'p.yaml': `name: p\ndescription: d\nfaults:\n${lines}` });
  return loadPlan({ cluster: 'thumbnails', profiles: [spec.path('p.yaml')], seed: 1, set: {}, suites: [] });
}

function nodeNamed({ plan }: LoadedPlan, name: string): PlannedNode {
  const node = plan.nodes.find((one) => one.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}

test('each version has an image on each image that it is on, and once', () => {
  const loaded = planned(
    `${pillow}, ${nodes('worker-1')}`,
    `${pillow}, ${nodes('worker-2')}`,
    `${tzdata}, ${nodes('worker-3', 'broker')}`,
  );
  const { versions = [], stacks } = loaded.plan;
  expect(versions.map(({ package: name }) => name).sort()).toEqual(['pillow', 'tzdata', 'tzdata']);
  for (const { onto, stack } of versions) {
    expect(onto.kind === 'built' && stack.base).toMatchObject({
      inputsHash: onto.kind === 'built' && onto.inputsHash,
    });
    expect(stacks).not.toContainEqual(stack);
    for (const { sha256 } of Object.values(stack.files)) expect(loaded.contents.has(sha256)).toBe(true);
  }
  const dockerfileOf = (name: string): string =>
    versions.find((one) => one.package === name)?.stack.dockerfile ?? '';
  expect(dockerfileOf('pillow')).toContain("'pillow==10.4.0'");
  expect(dockerfileOf('tzdata')).toContain('"apt","tzdata","tzdata=2025b-*"');
});

test('a node is carried what its own faults ask for', () => {
  const loaded = planned(`${pillow}, ${nodes('worker-1')}`, `${tzdata}, ${nodes('worker-2', 'broker')}`);
  const carried = (name: string): readonly string[] => {
    const own = loaded.plan.schedule.filter(({ targets }) => targets.includes(name));
    return versionsFor(loaded.plan, nodeNamed(loaded, name), own).map(carriedVersion);
  };
  expect(carried('worker-1')).toEqual([carriedVersion(otherProject)]);
  expect(carried('worker-2')).toEqual([carriedVersion(otherVersion)]);
  expect(carried('broker-1')).toEqual([carriedVersion(otherVersion)]);
  expect(carried('worker-3')).toEqual([]);
});

test('a plan without such faults says nothing of versions, and a control has none: its key is the same', () => {
  const without = planned(`kind: node.pause, ${nodes('worker-1')}, from: [0, 0], untilMs: 3000`);
  const withOne = planned(`${pillow}, ${nodes('worker-1')}`);
  expect(Object.keys(without.plan)).not.toContain('versions');
  expect(withOne.hashes.controlHash).toBe(without.hashes.controlHash);
  expect(withOne.hashes.planHash).not.toBe(without.hashes.planHash);
});
