import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { secretWords } from '../../infra/plan/argv-secrets.ts';
import { Redactor } from '../../scripts/evidence/redactor.ts';

const secret = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 40 });
const key = Buffer.alloc(32, 7);

/** Texts in which secrets stand whole, in part, doubled and beside each other, each in one of its forms. */
const text = (secrets: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 12 }),
        ...secrets.flatMap((one) => [
          fc.constant(one),
          fc.constant(Array.from(one).slice(0, -1).join('')),
          fc.constant(Buffer.from(`x${one}y`).toString('base64')),
          fc.constant(JSON.stringify({ password: one })),
        ]),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(''));

const cases = fc
  .array(secret, { minLength: 1, maxLength: 4 })
  .chain((secrets) => fc.tuple(fc.constant(secrets), text(secrets), fc.array(fc.nat(400))));

test('however a stream is cut, what comes out is what the whole text gives', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ([secrets, whole, cuts]) => {
      const redactor = new Redactor(
        secrets.map((value, index) => ({ name: `S${index}`, value })),
        key,
      );
      const bytes = Buffer.from(whole, 'utf8');
      const streamed = await buffer(Readable.from(cut(bytes, cuts)).pipe(redactor.stream()));
      expect(streamed.toString('utf8')).toBe(redactor.text(whole));
    }),
    { numRuns: 300 },
  );
});

test('bytes that are no text come through as they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200)), async (bytes, cuts) => {
      const redactor = new Redactor([{ name: 'S', value: 'never-in-there-at-all' }], key);
      const streamed = await buffer(Readable.from(cut(Buffer.from(bytes), cuts)).pipe(redactor.stream()));
      expect(streamed).toEqual(Buffer.from(bytes));
    }),
  );
});

test('no form of a secret is left, whatever stands around it', () => {
  fc.assert(
    fc.property(secret, fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 }), (value, before, after) => {
      const redactor = new Redactor([{ name: 'S', value }], key);
      const wellFormed = value.toWellFormed();
      const forms = [
        wellFormed,
        JSON.stringify(wellFormed).slice(1, -1),
        encodeURIComponent(wellFormed),
        new URLSearchParams({ q: wellFormed }).toString().slice(2),
        Buffer.from(wellFormed).toString('base64'),
        Buffer.from(wellFormed).toString('base64url'),
      ];
      for (const form of forms) expect(redactor.text(`${before} ${form} ${after}`)).toContain('[redacted:S:');
      // In base64 only what the neighbours have a share in may stay: at most two characters on each side.
      const encoded = Buffer.from(`${before}${wellFormed}${after}`).toString('base64');
      expect(redactor.text(encoded)).toContain('[redacted:S:');
    }),
    { numRuns: 500 },
  );
});

function cut(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const places = [...new Set(cuts.map((place) => Math.min(place, bytes.length)))].sort((a, b) => a - b);
  const ends = [...places, bytes.length];
  return ends
    .map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
    .filter(({ length }) => length > 0);
}

test('what cannot begin a secret any more is not held back', async () => {
  const redactor = new Redactor([{ name: 'S', value: 'a-secret-of-some-length' }], key);
  const stream = redactor.stream();
  stream.write('one line\na-secret-of');
  await new Promise((resolve) => stream.once('readable', resolve));
  expect(String(stream.read())).toBe('one line\n');
  stream.end('-some-length, and on');
  expect((await buffer(stream)).toString()).toMatch(/^\[redacted:S:[0-9a-f]{12}\], and on$/);
});

const token = fc.stringMatching(/^[A-Za-z0-9._~+/-]{1,60}=?$/);
const header = fc.tuple(
  fc.constantFrom(
    'Authorization: ',
    'authorization:',
    "'Authorization': '",
    '"Authorization": "',
    '\\"AUTHORIZATION\\":\\"',
  ),
  fc.constantFrom('Bearer ', 'bearer  ', 'Basic ', 'Token '),
);

test('the credential of an Authorization header is never left, however the text around it is cut', async () => {
  const parts = fc.array(
    fc.oneof(
      fc
        .tuple(header, token)
        .map(([[name, scheme], one]) => ({ text: `${name}${scheme}${one}`, head: `${name}${scheme}` })),
      fc
        .constantFrom('author', 'Authorization', 'Authorization: ', 'Authorization: Bearer ', '"', ' ', '\n')
        .map((one) => ({ text: one, head: one })),
      fc.string({ maxLength: 9 }).map((one) => ({ text: one, head: one })),
    ),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(parts, fc.array(fc.nat(300)), async (all, cuts) => {
      const whole = all.map(({ text: one }) => one).join('\n');
      const bytes = Buffer.from(whole, 'utf8');
      const streamed = String(
        await buffer(Readable.from(cut(bytes, cuts)).pipe(new Redactor([], key).stream())),
      );
      const marks = (text: string): number => text.split('[redacted:Authorization:').length;
      expect(streamed.replaceAll(/\[redacted:[^\]]*\]/g, '')).not.toMatch(
        /authorization[\\"']*:[ ]?[\\"']*(?:bearer|basic|token) +[\w.~+/=-]/i,
      );
      // What is learned on the way also goes from what stands before it, where all of the text is there.
      expect(marks(streamed)).toBeLessThanOrEqual(marks(new Redactor([], key).text(whole)));
      const heads = all.filter(({ text: one, head }) => one !== head);
      expect(marks(streamed)).toBeGreaterThan(heads.length);
    }),
    { numRuns: 500 },
  );
});

test('a secret option of a command is never left in it, and all else is', () => {
  const name = fc.constantFrom('password', 'db-password', 'API_TOKEN', 'client.secret', 'pass', 'api-key');
  const value = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((one) => !/^(-|\.{0,2}\/|\[redacted)/.test(one));
  const words = fc.oneof(
    fc
      .tuple(fc.constantFrom('--', '-', ''), name, value)
      .map(([dashes, option, one]) => ({ argv: [`${dashes}${option}=${one}`], secret: one })),
    fc
      .tuple(fc.constantFrom('--', '-'), name, value)
      .map(([dashes, option, one]) => ({ argv: [`${dashes}${option}`, one], secret: one })),
    fc
      .constantFrom('serve', '--verbose', '--port=80', '/etc/passwords', '--password-file=/run/secret')
      .map((one) => ({ argv: [one], secret: null })),
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 5 }), (all) => {
      const argv = all.flatMap((one) => one.argv);
      const redactor = new Redactor([], key);
      const redacted = redactor.argv(argv);
      expect(redactor.value({ argv })).toEqual({ argv: redacted });
      expect(redacted).toHaveLength(argv.length);
      expect(redactor.argv(redacted)).toEqual(redacted);
      expect(secretWords(argv).map((one) => one.value)).toEqual(all.flatMap(({ secret: one }) => one ?? []));
      for (const { index, kept, value: one } of secretWords(argv))
        expect(redacted[index]).not.toBe(`${kept}${one}`);
    }),
  );
});
