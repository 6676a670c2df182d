import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readDocument, type Path, type SpecDocument } from '../../infra/spec/document.ts';

/** JSON is YAML whose every value and key stands as JSON.stringify writes it: so a place can be read back from the text. */
const key = fc.stringMatching(/^[a-z/0-9.-]{1,6}$/);
const value = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 3 }, tie('scalar'), tie('map'), tie('list')),
  scalar: fc.oneof(
    fc.stringMatching(/^[ a-z:#'{}*&!äλ字-]{0,8}$/),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  ),
  map: fc.dictionary(key, tie('any'), { maxKeys: 4 }),
  list: fc.array(tie('any'), { maxLength: 3 }),
})).map;

test('every value and every key is found where it stands', () => {
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 2, '\t'), (root, indent) => {
      const document = read(JSON.stringify(root, null, indent));
      expect(document.problems).toEqual([]);
      for (const { path, at } of placesIn(root)) {
        const expected =
          typeof at === 'object' && at !== null ? (Array.isArray(at) ? '[' : '{') : JSON.stringify(at);
        expect(textAt(document, document.positionOf(path)).startsWith(expected)).toBe(true);
        const last = path.at(-1);
        if (typeof last === 'string')
          expect(textAt(document, document.positionOfKey(path)).startsWith(JSON.stringify(last))).toBe(true);
      }
    }),
  );
});

test('what is not there is looked for where it would have to stand', () => {
  const document = read('roles:\n  web:\n    image: x\n  "worker": {image: y}\nlinks:\n  - from: a\n');
  const at = (...path: Path): string => textAt(document, document.positionOf(path)).split('\n')[0] ?? '';
  // A map on lines of its own is where its key is: its first line is its first child's.
  expect(at('roles', 'web')).toBe('web:');
  expect(at('roles', 'web', 'init')).toBe('web:');
  expect(at('roles', 'worker', 'init')).toBe('{image: y}');
  expect(at('roles', 'client', 'init')).toBe('roles:');
  expect(at('links', 0, 'to')).toBe('from: a');
  expect(at('name')).toBe('roles:');
  expect(at()).toBe('roles:');
});

test('a key that is no text is found as the text that it becomes', () => {
  const document = read('8080: web\ntrue: x\n? null\n: y\n');
  expect(document.value).toEqual({ '8080': 'web', true: 'x', '': 'y' });
  expect(textAt(document, document.positionOf(['8080']))).toMatch(/^web\n/);
  expect(textAt(document, document.positionOfKey(['true']))).toMatch(/^true: x\n/);
});

test('an alias stands for what its anchor holds', () => {
  const document = read('a: &x {b: 1}\nc: *x\n');
  expect(document.value).toEqual({ a: { b: 1 }, c: { b: 1 } });
  expect(textAt(document, document.positionOf(['c', 'b']))).toBe('*x\n');
});

test('aliases that would make gigabytes of a few lines are a problem, not a crash', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 9; level += 1)
    lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
  expect(read(lines.join('\n')).problems).toMatchObject([{ code: 'yaml.alias', line: 1, column: 1 }]);
});

test('a byte order mark is no part of the first line', () => {
  const document = readDocument('f', Buffer.from('\ufeffname: a\r\nroles: b\r\n'));
  expect(document.problems).toEqual([]);
  expect(document.positionOfKey(['name'])).toEqual({ line: 1, column: 1 });
  expect(document.positionOf(['roles'])).toEqual({ line: 2, column: 8 });
});

function read(text: string): SpecDocument {
  return readDocument('f', new TextEncoder().encode(text));
}

function textAt({ text }: SpecDocument, { line, column }: { line: number; column: number }): string {
  return text
    .split('\n')
    .slice(line - 1)
    .join('\n')
    .slice(column - 1);
}

function placesIn(at: unknown, path: Path = []): readonly { readonly path: Path; readonly at: unknown }[] {
  const inside: readonly (readonly [PropertyKey, unknown])[] = Array.isArray(at)
    ? at.map((one: unknown, index) => [index, one] as const)
    : typeof at === 'object' && at !== null
      ? Object.entries(at)
      : [];
  return [{ path, at }, ...inside.flatMap(([name, one]) => placesIn(one, [...path, name]))];
}
