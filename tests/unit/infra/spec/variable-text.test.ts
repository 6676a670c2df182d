import { expect, test } from '@jest/globals';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import { interpolated, referencesIn } from '../../../../infra/spec/variable-text.ts';
import { writtenSpec } from '../../../support/written-spec.ts';

const variables = { name: 'v', other: 'w', nested: '${name} $${' };

test.each([
  ['${name}', 'v'],
  ['${name}${other}', 'vw'],
  ['$${name}', '${name}'],
  ['$$ $name {name} $', '$$ $name {name} $'],
  ['$${name} is ${name}', '${name} is v'],
  ['$$${name}', '$${name}'],
  ['echo $${PATH:-x} $${#a[@]}', 'echo ${PATH:-x} ${#a[@]}'],
  ['${nested}', '${name} $${'],
])('%s is read as %s', (text, meant) => {
  expect(interpolated(text, variables)).toBe(meant);
});

test('an escaped reference refers to nothing, an open one has no name', () => {
  expect(referencesIn('$${a} ${b} ${c').map(({ name }) => name)).toEqual(['b', null]);
});

test('what every object has is no variable', () => {
  expect(() => interpolated('${constructor}', variables)).toThrow('${constructor}');
});

test('in a spec, the escape reaches nodes and suites as the text itself, and --set changes nothing of it', () => {
  using spec = writtenSpec({
    'cluster.yaml': [
      'name: a',
      'variables: {mode: plain}',
      'roles: {web: {image: ./web, init: image, environment: {A: "$${mode}", B: "${mode}"}}}',
      'suites: {s: {command: [sh, -c, "echo $${HOME} ${mode}"]}}',
    ].join('\n'),
    'web/stack.yaml': `base: debian@sha256:${'0'.repeat(64)}\n`,
  });
  const { plan, chosen } = loadPlan({
    cluster: spec.path('cluster.yaml'),
    profiles: [],
    seed: 1,
    set: { mode: 'other' },
    suites: [],
  });
  expect(plan.nodes[0]?.environment).toEqual({ A: '${mode}', B: 'other' });
  expect(plan.suites[0]?.command).toEqual(['sh', '-c', 'echo ${HOME} other']);
  expect(chosen['web']).toEqual({ B: '--set mode=other' });
});
