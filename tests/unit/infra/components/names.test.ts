import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pathName } from '../../../../infra/components/docker/names.ts';

const path = fc
  .array(
    fc.array(fc.constantFrom('a', 'B', '7', '-', '_', '.', ' ', 'ä', '字', '2d', '$'), {
      minLength: 1,
      maxLength: 4,
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((names) => names.map((name) => `/${name.join('')}`).join(''));

test('an ordinary path is read in the name that it gives', () => {
  expect(pathName('/var/lib/worker')).toBe('-var-lib-worker');
  expect(pathName('/data.d')).toBe('-data.d');
});

test('two paths never give one name, and a name is one that an engine takes', () => {
  fc.assert(
    fc.property(path, path, (a, b) => {
      expect(pathName(a) === pathName(b)).toBe(a === b);
      expect(`us-1${pathName(a)}`).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/);
    }),
    { numRuns: 500 },
  );
  expect(pathName('/a-b')).not.toBe(pathName('/a/b'));
});
