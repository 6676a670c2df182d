import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { UsageError } from '../../../infra/errors.ts';
import { packageRoot } from '../../../infra/places.ts';
import { stackConfig } from '../../../infra/stack-config.ts';

test('has a default for everything, and Pulumi.yaml documents the same keys and defaults', () => {
  const Project = z.object({ config: z.record(z.string(), z.object({ default: z.unknown() })) });
  const { config } = Project.parse(parse(readFileSync(join(packageRoot, 'Pulumi.yaml'), 'utf8')));
  const documented = Object.entries(config).map(([key, one]): [string, string] => [key, String(one.default)]);
  expect(stackConfig(Object.fromEntries(documented))).toEqual(stackConfig({}));
  expect(documented.map(([key]) => key.replace('understudy:', ''))).toEqual(Object.keys(stackConfig({})));
});

test('reads what was set, and leaves other namespaces alone', () => {
  const all = {
    'understudy:cluster': './mine.yaml',
    'understudy:profiles': 'low-disk, ./rain.yaml',
    'understudy:seed': '7',
    'understudy:ttl': '1h30m',
    'docker:host': 'unix:///x',
  };
  expect(stackConfig(all)).toEqual({
    cluster: './mine.yaml',
    profiles: ['low-disk', './rain.yaml'],
    seed: 7,
    backend: 'docker',
    ttl: 5_400_000,
  });
});

test.each([
  ['seed', '-1', /understudy:seed is "-1": no whole number/],
  ['seed', '1e3', /understudy:seed is "1e3"/],
  ['seed', '99999999999999999999', /understudy:seed/],
  ['ttl', '5x', /understudy:ttl is "5x": no duration; allowed is .*90m/],
  ['backend', 'aws', /understudy:backend is "aws": not built yet/],
  ['cluster', '', /understudy:cluster is ""/],
  ['clustr', 'idle', /no configuration key understudy:clustr/],
])('refuses %s = %j and says what is allowed', (key, value, words) => {
  const read = (): unknown => stackConfig({ [`understudy:${key}`]: value });
  expect(read).toThrow(UsageError);
  expect(read).toThrow(words);
});
