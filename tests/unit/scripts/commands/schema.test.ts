import { describe, expect, test } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Handle } from '../../../../infra/handle.ts';
import { packageRoot } from '../../../../infra/places.ts';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import { publishedSchema } from '../../../../scripts/commands/schema.ts';
import { handleOf } from '../../../../infra/components/docker/handle.ts';
import { boundForTest } from '../../../support/bound-plan.ts';
import { refusalOf } from '../../../support/refusal.ts';

/** Another program's validator: it knows our schemas only in their published form. */
function validator(name: string): ValidateFunction {
  return new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false }).compile(
    publishedSchema(name),
  );
}

function yamlIn(folder: string): readonly (readonly [string, unknown])[] {
  return readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('cluster.yaml'))
    .map((path) => [join(folder, path), parse(readFileSync(join(packageRoot, folder, path), 'utf8'))]);
}

describe('the schema of cluster.yaml', () => {
  const validate = validator('cluster');

  test.each([...yamlIn('infra/clusters'), ...yamlIn('tests/support')])(
    'accepts our own %s',
    (_path, value) => {
      expect([validate(value), validate.errors]).toEqual([true, null]);
    },
  );

  test.each([
    'unknown-key',
    'unknown-key-deep',
    'wrong-type',
    'missing-required',
    'out-of-range',
    'bad-name',
    'list',
    'empty',
  ])('refuses what our own reader refuses: %s', (name) => {
    const text = readFileSync(join(packageRoot, `tests/golden/malformed-specs/${name}.yaml`), 'utf8');
    expect(validate(parse(text))).toBe(false);
  });
});

test.each(['constructor', '__proto__', 'toString'])('there is no schema "%s"', (name) => {
  expect(() => publishedSchema(name)).toThrow(`there is no schema "${name}"`);
});

test('the schema of handle.json accepts what a run writes, and refuses a host that is not this one', () => {
  const validate = validator('handle');
  const bound = boundForTest(loadPlan({ cluster: 'thumbnails', profiles: [], seed: 1, set: {}, suites: [] }));
  const handle = handleOf(bound, [{ node: 'broker-1', port: 6379, host: '127.0.0.1', hostPort: 40_000 }]);
  expect([validate(handle), validate.errors]).toEqual([true, null]);
  expect(Handle.parse(handle)).toEqual(handle);
  expect(validate({ ...handle, forwards: [{ ...handle.forwards[0], host: '0.0.0.0' }] })).toBe(false);
});

test('the schema of facts wants every one of them: what could not be had is null, never left out', () => {
  const { required, properties } = publishedSchema('facts');
  expect(required).toEqual(Object.keys(properties ?? {}));
  expect(required).toEqual(expect.arrayContaining(['os', 'accounts', 'packages', 'environment', 'mounts']));
  expect(validator('facts')({ schema: 1 })).toBe(false);
});

test('the schema of verdict.json names every field of contracts.md', () => {
  const { required, properties } = publishedSchema('verdict');
  const promised = [
    'schema',
    'verdict',
    'runId',
    'seed',
    'planHash',
    'scheduleHash',
    'control',
    'receipts',
    'parity',
    'residue',
    'phasesMs',
  ];
  expect(required).toEqual(expect.arrayContaining(promised));
  expect(Object.keys(properties ?? {})).toContain('interrupted');
  expect(validator('verdict')({ schema: 1 })).toBe(false);
});

test('a schema that is not there is refused with those that are', () => {
  expect(refusalOf(() => publishedSchema('verdikt')).document.error).toMatchObject({
    exit: 64,
    hint: 'did you mean "verdict"? one of verdict, cluster, stack, profile, facts, handle',
  });
  expect(refusalOf(() => publishedSchema('incident')).document.error).toMatchObject({
    exit: 64,
    code: 'not-yet',
  });
});
