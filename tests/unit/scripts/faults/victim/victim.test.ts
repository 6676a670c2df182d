import { expect, test } from '@jest/globals';
import { loadPlan } from '../../../../../infra/plan/load-plan.ts';
import { faultsOf } from '../../../../../infra/plan/schedule.ts';
import { openVictims } from '../../../../../scripts/faults/victim/victim.ts';
import { everyAbility } from '../../../../support/abilities.ts';
import { boundForTest } from '../../../../support/bound-plan.ts';
import { everyKindProfile, kindsCluster } from '../../../../support/every-kind.ts';
import { fakeNode } from '../../../../support/fake-node.ts';
import { smallEngine, type SmallAnswer } from '../../../../support/small-engine.ts';
import { writtenSpec } from '../../../../support/written-spec.ts';

/** What an engine that starts no container whose name is `failing` was asked, of anchors, when nodes were armed on it. */
async function askedOfAnchors(failing: RegExp): Promise<readonly string[]> {
  using spec = writtenSpec({ 'kill.yaml': everyKindProfile((kind) => kind === 'node.kill') });
  const request = { cluster: kindsCluster, profiles: [spec.path('kill.yaml')], seed: 1, set: {}, suites: [] };
  const bound = boundForTest(loadPlan(request));
  const { plan } = bound.loaded;
  await using engine = await smallEngine((asked): SmallAnswer => {
    const [, name] = /create\?.*name=([^&]+)/.exec(asked) ?? [];
    if (name !== undefined) return { status: 201, body: { Id: name } };
    if (asked.startsWith('DELETE')) return { status: 204 };
    return failing.test(asked) ? { status: 500, body: { message: 'no room' } } : { status: 204 };
  });
  const stage = {
    engine: engine.docker,
    bound,
    nodes: new Map(plan.nodes.map(({ name }) => [name, fakeNode({ name })])),
    toolbox: 'toolbox',
    abilities: everyAbility,
    ready: async () => Promise.resolve(),
  };
  await expect(openVictims(stage, faultsOf(plan))).rejects.toThrow('no room');
  return engine.asked
    .filter((one) => one.includes('-anchor'))
    .map((one) => one.replace(/us-[^?]*-node/, 'node'));
}

test('a node that cannot be armed lets go of the anchor that was started for it', async () => {
  const asked = await askedOfAnchors(/-sidecar\/start/);
  expect(asked.at(-1)).toMatch(/^DELETE \/containers\/node-6-anchor\?force=true/);
});

test('so does an anchor that is made and cannot be started', async () => {
  const asked = await askedOfAnchors(/-(anchor|sidecar)\/start/);
  expect(asked.at(-1)).toMatch(/^DELETE \/containers\/node-6-anchor\?force=true/);
});
