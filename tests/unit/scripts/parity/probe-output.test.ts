import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../../infra/places.ts';
import { factsOf } from '../../../../scripts/parity/probe-output.ts';

const origin = { how: 'local', target: 'here', understudyNode: false } as const;
const least = [
  '{"fact":"uid","uid":0}',
  '{"fact":"capturedAt","at":"2026-11-25T00:00:00Z"}',
  '{"fact":"os","id":"debian","version":"12","codename":"bookworm"}',
  '{"fact":"kernel","release":"6.1","machine":"x86_64"}',
  '{"fact":"end","present":1}',
];

test('the probe describes the machine that it runs on, in any POSIX shell', async () => {
  const { stdout } = await execa('sh', [join(packageRoot, 'images/probe.sh')], {
    env: { ODD: 'a "quoted"\tvalue \\ with\nlines' },
  });
  const facts = factsOf(stdout, origin);
  expect(facts.hostName).toBe(hostname());
  expect(facts.accounts['root']).toMatchObject({ uid: 0, gid: 0, groups: ['root'] });
  expect(facts.mounts['/']?.sizeBytes).toBeGreaterThan(0);
  expect(facts.source).toMatchObject({ uid: process.getuid?.() });
});

test('a probe that was cut off is no fact of anything', () => {
  for (const left of least.keys()) {
    const cut = least.filter((_line, at) => at !== left);
    expect(() => factsOf(cut.join('\n'), origin)).toThrow(/did not come to its end/);
  }
  expect(() => factsOf('sh: not found', origin)).toThrow();
});

test('one of our own nodes is known by what it says of itself, whoever asks', () => {
  expect(factsOf(least.join('\n'), origin).source.understudyNode).toBe(false);
  const ours = [...least, '{"fact":"understudyNode","present":1}'];
  expect(factsOf(ours.join('\n'), origin).source.understudyNode).toBe(true);
});

test('values whose names speak of secrets are not kept, and it is said which', () => {
  const lines = [
    ...least,
    '{"fact":"environment","name":"DB_PASSWORD","value":"hunter2"}',
    '{"fact":"environment","name":"REGION","value":"eu"}',
    '{"fact":"unit","name":"a.service","state":"active","enabled":"enabled","user":null,"environment":"TOKEN=abc \\"GREETING=two words\\""}',
  ];
  const facts = factsOf(lines.join('\n'), origin);
  expect(JSON.stringify(facts)).not.toMatch(/hunter2|abc/);
  expect(facts.environment['REGION']).toBe('eu');
  expect(facts.redacted).toEqual(['environment.DB_PASSWORD', 'units.a.service.environment.TOKEN']);
  expect(facts.units['a.service']?.environment).toMatchObject({ GREETING: 'two words' });
});

test('an account is in the group of its number and in those that list it', () => {
  const lines = [
    ...least,
    '{"fact":"account","name":"render","uid":2001,"gid":2001,"home":"/home/render","shell":"/bin/bash"}',
    '{"fact":"group","name":"video","gid":44,"members":"other,render"}',
    '{"fact":"group","name":"render","gid":2001,"members":""}',
  ];
  expect(factsOf(lines.join('\n'), origin).accounts['render']?.groups).toEqual(['render', 'video']);
});

test.each([
  ['tcp', '0100007F:18EB', { protocol: 'tcp', address: '127.0.0.1', port: 6379 }],
  [
    'tcp6',
    '00000000000000000000000001000000:0016',
    { protocol: 'tcp', address: '0:0:0:0:0:0:0:1', port: 22 },
  ],
  ['udp', '00000000:0035', { protocol: 'udp', address: '0.0.0.0', port: 53 }],
])('a socket of /proc/net/%s, %s', (protocol, local, expected) => {
  const lines = [...least, JSON.stringify({ fact: 'socket', protocol, local })];
  expect(factsOf(lines.join('\n'), origin).listening).toEqual([expected]);
});

test('a value that shows a secret is not kept, whatever it is called and wherever it stands', () => {
  const lines = [
    ...least,
    '{"fact":"environment","name":"BROKER","value":"redis://:hunter2@broker:6379/0"}',
    '{"fact":"mount","path":"/share","type":"cifs","options":"rw,username=backup,password=hunter2"}',
  ];
  const facts = factsOf(lines.join('\n'), origin);
  expect(JSON.stringify(facts)).not.toMatch(/hunter2/);
  expect(facts.redacted).toEqual(['environment.BROKER', 'mounts./share.options']);
});
