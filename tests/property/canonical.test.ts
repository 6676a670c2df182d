import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, digestOf } from '../../infra/plan/canonical.ts';
import { reordered } from './arbitrary-spec.ts';

/** -0 is the one number that JSON cannot tell from another. */
const json = fc
  .jsonValue({ noUnicodeString: false })
  .map((value): unknown => JSON.parse(JSON.stringify(value)));

test('canonical JSON reads back as what was written', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(value);
    }),
  );
});

test('the order of keys is no part of a value, at any depth; the order of a list is', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(canonicalJson(reordered(value))).toBe(canonicalJson(value));
    }),
  );
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
});

test('what is absent and what is undefined are the same; null is another', () => {
  expect(canonicalJson({ a: undefined, b: 1 })).toBe(canonicalJson({ b: 1 }));
  expect(canonicalJson({ a: null })).not.toBe(canonicalJson({}));
});

test('two values have one digest only where they are equal', () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      expect(digestOf(a) === digestOf(b)).toBe(canonicalJson(a) === canonicalJson(b));
    }),
  );
  expect(digestOf({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
});
