import { expect, test } from '@jest/globals';
import { digestsOf, reachOf } from '../../support/clean-scope.ts';

const files = {
  'a/top.ts': "import { middle } from './middle.ts';\n",
  'a/middle.ts': "import { base } from '../b/base.ts';\nexport type { Other } from '../b/other.ts';\n",
  'b/base.ts': "import type { Middle } from '../a/middle.ts';\n",
  'b/other.ts': "import zod from 'zod';\n",
  'b/alone.ts': 'export {};\n',
};

/** Those that would be looked at anew when these have other texts. */
function changed(other: Partial<Record<keyof typeof files, string>>, shared = 'config'): readonly string[] {
  const before = digestsOf(new Map(Object.entries(files)), 'config');
  const after = digestsOf(new Map(Object.entries({ ...files, ...other })), shared);
  return [...after].filter(([path, digest]) => before.get(path) !== digest).map(([path]) => path);
}

test('a file is looked at anew with all that lead to it, however far and in circles', () => {
  expect(changed({})).toEqual([]);
  expect(changed({ 'b/alone.ts': '' })).toEqual(['b/alone.ts']);
  expect(changed({ 'a/top.ts': '' })).toEqual(['a/top.ts']);
  expect(changed({ 'b/other.ts': '' })).toEqual(['a/top.ts', 'a/middle.ts', 'b/base.ts', 'b/other.ts']);
});

test('what all have in common changes all', () => {
  expect(changed({}, 'other config')).toEqual(Object.keys(files));
});

test('a test has what it says from its imports, unless it, or what helps it, reads files or starts programs', () => {
  const texts = new Map(
    Object.entries({
      'tests/unit/pure.test.ts': "import { a } from '../../scripts/a.ts';\n",
      'tests/unit/reads.test.ts': "import { readFileSync } from 'node:fs';\n",
      'tests/unit/helped.test.ts': "import { spec } from '../support/spec.ts';\n",
      'tests/support/spec.ts': "import { execa } from 'execa';\nimport { writeFileSync } from 'node:fs';\n",
      'scripts/a.ts': "import { execa } from 'execa';\n",
    }),
  );
  const tests = [...texts.keys()].filter((path) => path.endsWith('.test.ts'));
  expect(tests.map((path) => reachOf(path, texts))).toEqual(['imports', 'files', 'machine']);
});
