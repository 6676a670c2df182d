import { describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../../../infra/places.ts';
import type { Facts } from '../../../../infra/spec/facts.ts';
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
    '{"fact":"unit","name":"a.service","state":"active","enabled":"enabled","user":null,"environment":""}',
    '{"fact":"unitSetting","unit":"a.service","name":"ExecStart","value":"/usr/bin/a --db-password hunter2"}',
    '{"fact":"cron","file":"/etc/cron.d/farm","entry":"* * * * * root PGPASSWORD=hunter2 psql"}',
  ];
  const facts = factsOf(lines.join('\n'), origin);
  expect(JSON.stringify(facts)).not.toMatch(/hunter2/);
  expect(facts.redacted).toEqual([
    'cron./etc/cron.d/farm.0',
    'environment.BROKER',
    'mounts./share.options',
    'units.a.service.settings.ExecStart',
  ]);
});

describe('what the probe reads of a machine', () => {
  /** The probe, in a file system of its own: /etc, /opt and /var are a test's. */
  async function probed(files: Readonly<Record<string, string>>): Promise<Facts> {
    const root = mkdtempSync(join(tmpdir(), 'understudy-probe-'));
    try {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text, { mode: path.includes('cron.daily') ? 0o755 : 0o644 });
      }
      const script = readFileSync(join(packageRoot, 'images/probe.sh'), 'utf8').replaceAll(
        /(?<=[\s(])\/(etc|opt|var)\//g,
        `${root}/$1/`,
      );
      const { stdout } = await execa('sh', ['-s'], {
        input: script.replaceAll(' /opt /srv', ` ${root}/opt /srv`),
      });
      return factsOf(stdout.replaceAll(root, ''), origin);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }

  test('of sudo each rule, whole, without comments and files that sudo leaves out', async () => {
    const { sudo } = await probed({
      '/etc/sudoers':
        '# comment\nDefaults\tenv_reset\n\nroot ALL=(ALL:ALL) ALL # all\n@includedir /etc/sudoers.d\n',
      '/etc/sudoers.d/farm':
        'render ALL=(root) NOPASSWD: /usr/bin/id, \\\n  /usr/bin/true\n#1001 ALL=(ALL) ALL\n',
      '/etc/sudoers.d/farm~': 'left out\n',
      '/etc/sudoers.d/farm.dpkg-old': 'left out\n',
    });
    expect(sudo).toEqual(
      process.getuid?.() === 0
        ? {
            '/etc/sudoers': [
              'Defaults env_reset',
              'root ALL=(ALL:ALL) ALL # all',
              '@includedir /etc/sudoers.d',
            ],
            '/etc/sudoers.d/farm': [
              'render ALL=(root) NOPASSWD: /usr/bin/id, /usr/bin/true',
              '#1001 ALL=(ALL) ALL',
            ],
          }
        : null,
    );
  });

  test('of cron each entry, without variables, and scripts that can be run', async () => {
    const { cron } = await probed({
      '/etc/crontab': 'SHELL=/bin/sh\n# m h\n17 *\t* * *\troot cd / && run-parts x\n',
      '/etc/cron.d/farm': '*/5 * * * * render /opt/farm/sweep\n',
      '/etc/cron.daily/backup': '#!/bin/sh\n',
      '/var/spool/cron/crontabs/render': '@hourly /opt/farm/report\n',
    });
    expect(cron).toEqual({
      '/etc/crontab': ['17 * * * * root cd / && run-parts x'],
      '/etc/cron.d/farm': ['*/5 * * * * render /opt/farm/sweep'],
      '/etc/cron.daily/backup': ['@daily'],
      '/var/spool/cron/crontabs/render': ['@hourly /opt/farm/report'],
    });
  });

  test('of logins the umask and the limits', async () => {
    const { umask, loginLimits } = await probed({
      '/etc/login.defs': '# UMASK 000\nUMASK\t\t027\nHOME_MODE 0750\n',
      '/etc/security/limits.conf': '#* soft core 0\n* hard nofile 4096\n',
      '/etc/security/limits.d/farm.conf': '@render\tsoft\tnproc\t64\n',
    });
    expect({ umask, loginLimits }).toEqual({
      umask: '027',
      loginLimits: { '* hard nofile': '4096', '@render soft nproc': '64' },
    });
  });

  test('of a virtualenv its Python and what was installed into it', async () => {
    const packages = '/opt/farm/venv/lib/python3.11/site-packages';
    const { virtualenvs } = await probed({
      '/opt/farm/venv/pyvenv.cfg': 'home = /usr/bin\nversion = 3.11.2\n',
      [`${packages}/redis-5.0.1.dist-info/METADATA`]:
        'Metadata-Version: 2.1\nName: redis\nVersion: 5.0.1\n\nName: no\n',
      [`${packages}/Zope_Thing-1.0.egg-info/PKG-INFO`]: 'Name: Zope_Thing\nVersion: 1.0\n',
    });
    expect(virtualenvs?.['/opt/farm/venv']).toEqual({
      python: '3.11.2',
      packages: { redis: '5.0.1', 'zope-thing': '1.0' },
    });
  });
});
