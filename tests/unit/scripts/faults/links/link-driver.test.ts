import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { streamOf } from '../../../../../scripts/faults/links/link-driver.ts';

test('what a link draws from is of its seed and its ends: 64 bits, of every seed there is, and of no two links the same', () => {
  const links = ['a->b', 'b->a', 'a->c', 'c->b'];
  fc.assert(
    fc.property(fc.maxSafeNat(), (seed) => {
      const streams = links.map((link) => streamOf(seed, link));
      expect(streams).toEqual(links.map((link) => streamOf(seed, link)));
      for (const stream of streams) expect(BigInt(stream) < 2n ** 64n).toBe(true);
      const next = links.map((link) => streamOf(seed === 0 ? 1 : seed - 1, link));
      expect(new Set([...streams, ...next]).size).toBe(2 * links.length);
    }),
  );
});
