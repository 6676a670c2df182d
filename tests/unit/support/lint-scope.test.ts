import { expect, test } from '@jest/globals';
import { lintDigests } from '../../support/lint-scope.ts';

const files = {
  'a/top.ts': "import { middle } from './middle.ts';\n",
  'a/middle.ts': "import { base } from '../b/base.ts';\nexport type { Other } from '../b/other.ts';\n",
  'b/base.ts': "import type { Middle } from '../a/middle.ts';\n",
  'b/other.ts': "import zod from 'zod';\n",
  'b/alone.ts': 'export {};\n',
};

/** Those that would be linted anew when these have other texts. */
function changed(other: Partial<Record<keyof typeof files, string>>, shared = 'config'): readonly string[] {
  const before = lintDigests(new Map(Object.entries(files)), 'config');
  const after = lintDigests(new Map(Object.entries({ ...files, ...other })), shared);
  return [...after].filter(([path, digest]) => before.get(path) !== digest).map(([path]) => path);
}

test('a file is linted anew with all that lead to it, however far and in circles', () => {
  expect(changed({})).toEqual([]);
  expect(changed({ 'b/alone.ts': '' })).toEqual(['b/alone.ts']);
  expect(changed({ 'a/top.ts': '' })).toEqual(['a/top.ts']);
  expect(changed({ 'b/other.ts': '' })).toEqual(['a/top.ts', 'a/middle.ts', 'b/base.ts', 'b/other.ts']);
});

test('what all have in common changes all', () => {
  expect(changed({}, 'other config')).toEqual(Object.keys(files));
});
