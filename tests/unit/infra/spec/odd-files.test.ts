import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../../infra/places.ts';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import { maxSpecBytes } from '../../../../infra/spec/author-file.ts';
import { loadReference } from '../../../../infra/spec/load-reference.ts';
import { refusalOf, type Refusal } from '../../../support/refusal.ts';
import { writtenSpec } from '../../../support/written-spec.ts';

const digest = `@sha256:${'0'.repeat(64)}`;
const cluster = 'name: a\nroles: {web: {image: ./web, init: image}}\n';
const stack = `base: debian${digest}\n`;

/** Looks like a file, and refuses to be read whoever asks: no mode refuses root. */
const refusing = '/proc/self/mem';

const odd: readonly (readonly [what: string, make: (path: string) => unknown, words: RegExp])[] = [
  [
    'a folder',
    (path) => {
      mkdirSync(path);
    },
    /is a folder/,
  ],
  [
    'a link to itself',
    (path) => {
      symlinkSync(path, path);
    },
    /is a symbolic link that leads back to itself/,
  ],
  ['a pipe', (path) => execFileSync('mkfifo', [path]), /is a device, a pipe or a socket/],
  [
    'a device',
    (path) => {
      symlinkSync('/dev/zero', path);
    },
    /is a device, a pipe or a socket/,
  ],
  [
    'a file that refuses',
    (path) => {
      symlinkSync(refusing, path);
    },
    /cannot be read \(EIO\)/,
  ],
  [
    'a link to nothing',
    (path) => {
      symlinkSync('./nowhere', path);
    },
    /there is no /,
  ],
];

function planned(file: string, profiles: readonly string[] = []): Refusal {
  return refusalOf(() => loadPlan({ cluster: file, profiles, seed: 1, set: {}, suites: [] }));
}

function expectClear({ text, document }: Refusal, words: RegExp): void {
  expect(document.error.exit).toBe(64);
  expect(document.error.hint + document.error.problems.map(({ hint }) => hint).join('')).not.toBe('');
  expect(text).toMatch(words);
  expect(text).not.toMatch(/\n\s+at |E[A-Z]{3,}:/);
}

describe.each(odd)('%s', (_what, make, words) => {
  test('is refused as cluster.yaml', () => {
    using spec = writtenSpec({});
    make(spec.path('cluster.yaml'));
    expectClear(planned(spec.path('cluster.yaml')), words);
  });

  test('is refused as profile', () => {
    using spec = writtenSpec({ 'cluster.yaml': cluster, 'web/stack.yaml': stack });
    make(spec.path('rain.yaml'));
    expectClear(planned(spec.path('cluster.yaml'), [spec.path('rain.yaml')]), words);
  });

  test('is refused as stack.yaml', () => {
    using spec = writtenSpec({ 'cluster.yaml': cluster, 'web/other': '' });
    make(spec.path('web/stack.yaml'));
    expectClear(planned(spec.path('cluster.yaml')), words);
  });

  test('is refused as a file of a role and of a stack', () => {
    const files = 'files: {/etc/a: {source: a}}';
    using spec = writtenSpec({
      'cluster.yaml': cluster.replace('init: image', `init: image, ${files}`),
      'web/stack.yaml': stack,
    });
    make(spec.path('a'));
    expectClear(planned(spec.path('cluster.yaml')), words);
    writeFileSync(spec.path('cluster.yaml'), cluster);
    writeFileSync(spec.path('web/stack.yaml'), `${stack}${files}\n`);
    make(spec.path('web/a'));
    expectClear(planned(spec.path('cluster.yaml')), words);
  });

  test('is refused as reference', () => {
    using spec = writtenSpec({
      'cluster.yaml': `${cluster}reference: facts.json\n`,
      'web/stack.yaml': stack,
    });
    const facts = spec.path('facts.json');
    make(facts);
    expectClear(planned(spec.path('cluster.yaml')), words);
    const alone = refusalOf(() => loadReference(facts));
    expectClear(alone, words);
  });
});

test('a folder with a cluster.yaml in it is refused with the path that was meant', () => {
  using spec = writtenSpec({ 'here/cluster.yaml': cluster });
  expect(planned(spec.path('here')).document.error.hint).toBe(
    `did you mean ${spec.path('here/cluster.yaml')}?`,
  );
});

test('a suite in a folder that leads back to itself is refused in its place', () => {
  using spec = writtenSpec({
    'cluster.yaml': `${cluster}suites: {s: {command: [x], dir: ./loop}}\n`,
    'web/stack.yaml': stack,
  });
  symlinkSync(spec.path('loop'), spec.path('loop'));
  expect(planned(spec.path('cluster.yaml')).document.error.problems).toMatchObject([
    { line: 3, column: 33, message: './loop is a symbolic link that leads back to itself' },
  ]);
});

test('a byte order mark and the line ends of Windows change nothing of a plan', () => {
  const lines = [
    'name: a',
    'roles:',
    '  web:',
    '    image: ./web',
    '    init: image',
    '    files:',
    '      /etc/lines:',
    '        content: |',
    '          one',
    '',
    '          two',
    '    environment:',
    '      FOLDED: "a',
    '        b"',
    '',
  ];
  using unix = writtenSpec({ 'cluster.yaml': lines.join('\n'), 'web/stack.yaml': stack });
  using windows = writtenSpec({
    'cluster.yaml': `\ufeff${lines.join('\r\n')}`,
    'web/stack.yaml': `\ufeff${stack.replaceAll('\n', '\r\n')}`,
  });
  const hash = (spec: typeof unix): string => {
    const cluster = spec.path('cluster.yaml');
    return loadPlan({ cluster, profiles: [], seed: 1, set: {}, suites: [] }).hashes.planHash;
  };
  expect(hash(windows)).toBe(hash(unix));
});

test.each([
  ['a program', readProgram(), /is not UTF-8|stands in no text/],
  ['UTF-16', Buffer.from('\ufeffname: a\n', 'utf16le'), /is not UTF-8|stands in no text/],
  ['bytes of nothing', Buffer.alloc(64), /:1:1 {2}the character U\+0000 stands in no text/],
  [
    'a text that moves the cursor',
    Buffer.from('name: a\ntext: \u001b[31mred\n'),
    /:2:7 {2}the character U\+001B stands in no text/,
  ],
  ['a text that is much too large', Buffer.alloc(maxSpecBytes + 1, '# no\n'), /is too large to be meant/],
])(
  '%s is refused at once, in one problem, with nothing in it that a terminal obeys',
  (_what, bytes, words) => {
    using spec = writtenSpec({});
    writeFileSync(spec.path('cluster.yaml'), bytes);
    const refusal = planned(spec.path('cluster.yaml'));
    expectClear(refusal, words);
    expect(refusal.text.length).toBeLessThan(1_500);
    expect(refusal.text).not.toMatch(/[^\P{Cc}\n\t]/u);
  },
);

test('a file of a role that is no text is refused: it would arrive as something else', () => {
  using spec = writtenSpec({
    'cluster.yaml': cluster.replace('init: image', 'init: image, files: {/etc/a: {source: a}}'),
    'web/stack.yaml': stack,
  });
  writeFileSync(spec.path('a'), Buffer.from([0xff, 0xfe]));
  expectClear(planned(spec.path('cluster.yaml')), /a is not UTF-8, and the files of a role are texts/);
});

test('a role of the reference cannot be called like what every map has: it would be lost without a word', () => {
  const text = readFileSync(join(packageRoot, 'infra/clusters/thumbnails/facts.json'), 'utf8');
  using spec = writtenSpec({ 'facts.json': text.replace(/"roles":\s*\{/, '$&"__proto__": {},') });
  const refusal = refusalOf(() => loadReference(spec.path('facts.json')));
  expectClear(refusal, /no role can be called "__proto__"/);
});

/** The first bytes of one; all of it would be too large before it is no text. */
function readProgram(): Uint8Array {
  return execFileSync('head', ['-c', '200000', process.execPath]);
}
