import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { abridged } from '../../scripts/suite/output.ts';

const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 20 });

test('what a suite says is kept whole, or to its beginning and its end with how much is missing between', async () => {
  await fc.assert(
    fc.asyncProperty(chunks, fc.nat(60), fc.integer({ min: 1, max: 60 }), async (parts, first, last) => {
      const said = Buffer.concat(parts);
      const kept = await buffer(
        Readable.from(parts.map((part) => Buffer.from(part))).pipe(abridged({ first, last })),
      );
      if (said.length <= first + last) {
        expect(kept).toEqual(said);
        return;
      }
      const gap = `\n[${said.length - first - last} bytes are left out here]\n`;
      expect(kept).toEqual(
        Buffer.concat([said.subarray(0, first), Buffer.from(gap), said.subarray(said.length - last)]),
      );
    }),
  );
});
