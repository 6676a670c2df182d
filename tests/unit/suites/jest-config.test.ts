import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { writtenSpec } from '../../support/written-spec.ts';

const config = join(packageRoot, 'tests/suites/thumbnails/jest.config.js');

test('the bundled suite’s JUnit file names test suites by their file, whether they have a describe() or not', async () => {
  using folder = writtenSpec({
    'package.json': '{"type":"module"}',
    'jest.config.js': readFileSync(config, 'utf8'),
    'flat.test.ts': `test('one', () => undefined);\n`,
    'deep.test.ts': `describe('inside', () => { test('two', () => undefined); });\n`,
  });
  const cwd = dirname(folder.path('package.json'));
  symlinkSync(join(packageRoot, 'node_modules'), folder.path('node_modules'));
  await execa('jest', ['--config', 'jest.config.js'], { cwd, preferLocal: true, localDir: packageRoot });
  const junit = readFileSync(folder.path('junit.xml'), 'utf8');
  const names = [...junit.matchAll(/<testsuite name="([^"]*)"/g)].map(([, name]) => name);
  expect(names.sort()).toEqual(['deep.test.ts', 'flat.test.ts']);
  expect(junit).not.toContain('undefined');
});
