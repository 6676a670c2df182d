import { describe, expect, test } from '@jest/globals';
import { Redactor } from '../../../../scripts/evidence/redactor.ts';
import { redactorOf, secretLines } from '../../../../scripts/evidence/secret-lines.ts';
import { generateSshKey } from '../../../../infra/plan/ssh-key.ts';

const value = 'sesame/öffne "dich"+1';
const redactor = new Redactor([{ name: 'DOOR_KEY', value }]);
const mark = redactor.text(value);

test('a secret is replaced by its name and a keyed hash, which another run would not give', () => {
  expect(mark).toMatch(/^\[redacted:DOOR_KEY:[0-9a-f]{12}\]$/);
  expect(redactor.text(`a ${value} b ${value}`)).toBe(`a ${mark} b ${mark}`);
  expect(new Redactor([{ name: 'DOOR_KEY', value }]).text(value)).not.toBe(mark);
  expect(redactor.text('nothing to see')).toBe('nothing to see');
});

describe('in every form that tools give it', () => {
  const base64 = Buffer.from(`user:${value}`).toString('base64');
  test.each([
    ['JSON', JSON.stringify({ value })],
    ['JSON with escaped slashes, as PHP writes it', JSON.stringify(value).replaceAll('/', '\\/')],
    ['JSON in ASCII, as Python writes it', '"sesame/\\u00f6ffne \\"dich\\"+1"'],
    ['JSON in JSON', JSON.stringify(JSON.stringify({ value }))],
    ['URL', encodeURIComponent(value)],
    ['URL in small letters', encodeURIComponent(value).toLowerCase()],
    ['URL with + for spaces', 'sesame%2F%C3%B6ffne+%22dich%22%2B1'],
    ['URL path', 'sesame/%C3%B6ffne%20%22dich%22%2B1'],
    ['XML', 'sesame/öffne &quot;dich&quot;+1'],
    ['base64', Buffer.from(value).toString('base64')],
    ['base64 for URLs', Buffer.from(value).toString('base64url')],
    ['base64 behind something', base64],
    ['base64 in a URL', encodeURIComponent(Buffer.from(value).toString('base64'))],
  ])('%s', (_how, form) => {
    const redacted = redactor.text(form);
    expect(redacted).toContain(mark);
    expect(redacted).not.toMatch(/sesame|dich|%22/);
  });

  test('a key of several lines, also line by line and in wrapped base64', () => {
    const key = generateSshKey('test').privateKey;
    const keeper = new Redactor([{ name: 'ssh-key', value: key.trim() }]);
    const body = key.split('\n').filter((line) => line !== '' && !line.startsWith('-'));
    const wrapped =
      Buffer.from(key.trim())
        .toString('base64')
        .match(/.{1,76}/g) ?? [];
    for (const line of body.filter(({ length }) => length >= 16))
      expect(keeper.text(line)).not.toContain(line);
    expect(keeper.text(key)).toMatch(/^\[redacted:ssh-key:/);
    expect(keeper.text(JSON.stringify({ key }))).not.toContain('PRIVATE KEY');
    for (const line of wrapped.filter(({ length }) => length >= 16))
      expect(keeper.text(line)).not.toContain(line);
  });
});

test.each([
  ['4711', false],
  ['celery', false],
  ['hunter2', true],
  ['correcthorse', true],
])('%s is looked for everywhere: %s', (short, found) => {
  const said = new Redactor([{ name: 'S', value: short }]).text(`said ${short} there`);
  expect(said.includes('[redacted:S:')).toBe(found);
});

test('the longer of two secrets goes first, and none is left in part', () => {
  const both = new Redactor([
    { name: 'SHORT', value: 'abc-def' },
    { name: 'LONG', value: 'abc-defghij' },
  ]);
  expect(both.text('abc-defghij abc-def')).toMatch(/^\[redacted:LONG:\w+\] \[redacted:SHORT:\w+\]$/);
});

describe('variables', () => {
  test('go by their name, however short, and are looked for everywhere from then on', () => {
    const one = new Redactor();
    const learned: string[] = [];
    one.onLearned((secrets) => learned.push(...secrets.map(({ name }) => name)));
    expect(
      one.value({ environment: { API_TOKEN: 'tok-123456', PIN_PASSWORD: '4711', MODE: 'dev' } }),
    ).toEqual({
      environment: {
        API_TOKEN: expect.stringMatching(/^\[redacted:API_TOKEN:/),
        PIN_PASSWORD: expect.stringMatching(/^\[redacted:PIN_PASSWORD:/),
        MODE: 'dev',
      },
    });
    expect(one.text('said tok-123456 and 4711')).toMatch(/^said \[redacted:API_TOKEN:\w+\] and 4711$/);
    expect(learned).toEqual(['API_TOKEN']);
  });

  test('that say where a secret lies are no secret, and what was redacted stays as it is', () => {
    const environment = {
      PASSWORD_FILE: '/run/secrets/db',
      SSH_AUTH_SOCK: '/tmp/agent',
      TOKEN: mark,
      AUTH: '[not kept]',
    };
    expect(new Redactor().value({ environment })).toEqual({ environment });
  });

  test('elsewhere a name is only a name: a package called auth keeps its version', () => {
    const facts = { packages: { dpkg: { 'libapache2-mod-auth-pgsql': '2.0.3' } } };
    expect(new Redactor().value(facts)).toEqual(facts);
  });
});

test('at the other end of a pipe the same secrets get the same hashes; a line that was cut is left out', () => {
  const said = `${secretLines(redactor.key, redactor.secrets)}${secretLines(redactor.key, [{ name: 'B', value: 'another-one' }])}`;
  expect(redactorOf(said).text(`${value} another-one`)).toMatch(/^\[redacted:DOOR_KEY:\w+\] \[redacted:B:/);
  expect(redactorOf(said).text(value)).toBe(mark);
  expect(redactorOf(said.slice(0, -5)).text('another-one')).toBe('another-one');
  expect(redactorOf('').secrets).toEqual([]);
});

describe('what stands in a command', () => {
  const said = (argv: readonly string[]): unknown => new Redactor().value({ argv });
  const marked = (name: string): unknown =>
    expect.stringMatching(new RegExp(`\\[redacted:${name}:[0-9a-f]{12}\\]$`));

  test.each([
    [
      ['serve', '--password=xyz'],
      ['serve', marked('password')],
    ],
    [
      ['serve', '--password', 'xyz'],
      ['serve', '--password', marked('password')],
    ],
    [
      ['env', 'DB_PASSWORD=xyz', 'serve'],
      ['env', marked('DB_PASSWORD'), 'serve'],
    ],
    [
      ['curl', '-H', 'Authorization: Bearer xyz'],
      ['curl', '-H', marked('Authorization')],
    ],
  ])('%j goes by the name that it has there, however short', (argv, redacted) => {
    expect(said(argv)).toEqual({ argv: redacted });
    expect(JSON.stringify(said(argv))).not.toContain('xyz');
  });

  test.each([
    [['serve', '--password-file=/run/secrets/db', '--ssl-key', '/etc/ssl/key.pem']],
    [['serve', '--no-password', '--verbose']],
    [['serve', '--password=']],
    [['serve', '--passage', 'xyz', 'keyboard=x']],
  ])('%j says where a secret is, or has none', (argv) => {
    expect(said(argv)).toEqual({ argv });
  });

  test('is looked for everywhere from then on, unless it might be a word', () => {
    const seen = new Redactor();
    seen.value([
      { argv: ['--password', 's3cret-99'] },
      { command: ['--token', 'database'] },
      { argv: ['--token=sesameopen'] },
    ]);
    seen.text('authorization: bearer abc.def-123');
    expect(seen.secrets).toEqual([
      { name: 'password', value: 's3cret-99' },
      { name: 'token', value: 'sesameopen' },
      { name: 'Authorization', value: 'abc.def-123' },
    ]);
  });
});
