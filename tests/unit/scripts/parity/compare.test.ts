import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../../infra/places.ts';
import { ReferenceFacts, type Facts } from '../../../../infra/spec/facts.ts';
import { compare, type Intended } from '../../../../scripts/parity/compare.ts';

const file = join(packageRoot, 'infra/clusters/thumbnails/facts.json');
const reference = ReferenceFacts.parse(JSON.parse(readFileSync(file, 'utf8'))).roles['worker'];
if (reference === undefined) throw new Error('the bundled reference has no worker');
const production: Facts = reference;
const nothingIntended: Intended = { chosen: {}, allowances: [] };

function differences(node: Facts, intended = nothingIntended): readonly (readonly unknown[])[] {
  return compare('worker-1', production, node, intended).map(({ fact, expected, actual, class: kind }) => [
    kind,
    fact,
    expected,
    actual,
  ]);
}

test('a machine is like itself, wherever it is and whenever it was looked at', () => {
  const elsewhere = {
    ...production,
    hostName: 'worker-1',
    addresses: ['198.18.3.11'],
    source: { ...production.source, target: 'worker-1', capturedAt: '2030-01-01T00:00:00Z' },
  };
  expect(differences(elsewhere)).toEqual([]);
});

describe('what blocks', () => {
  const { accounts, groups, packages, environment, units, mounts } = production;
  const { render: group, ...withoutGroup } = groups;
  const { 'python3-redis': redis = '', ...withoutRedis } = packages.dpkg;
  const disk = mounts['/var/lib/worker'];
  const worker = units['worker.service'];
  const account = accounts['render'];
  if (disk === undefined || worker === undefined || account === undefined || group === undefined)
    throw new Error('the bundled reference is not what this test was written for');

  test.each<[string, Facts, readonly unknown[]]>([
    [
      'a package that is missing',
      { ...production, packages: { ...packages, dpkg: withoutRedis } },
      ['packages.dpkg.python3-redis', redis, null],
    ],
    [
      'an older package',
      { ...production, packages: { ...packages, dpkg: { ...packages.dpkg, 'python3-redis': '3.5.3-1' } } },
      ['packages.dpkg.python3-redis', redis, '3.5.3-1'],
    ],
    [
      'a newer upstream version',
      { ...production, packages: { ...packages, dpkg: { ...packages.dpkg, 'python3-redis': '4.6.0-1' } } },
      ['packages.dpkg.python3-redis', redis, '4.6.0-1'],
    ],
    [
      'a package too many: it hides that production lacks it',
      { ...production, packages: { ...packages, pip: { ...packages.pip, requests: '2.32.0' } } },
      ['packages.pip.requests', null, '2.32.0'],
    ],
    ['a group that is missing', { ...production, groups: withoutGroup }, ['groups.render', 'gid 2001', null]],
    [
      'another uid',
      { ...production, accounts: { ...accounts, render: { ...account, uid: 2002 } } },
      ['accounts.render.uid', '2001', '2002'],
    ],
    [
      'a variable that is changed',
      { ...production, environment: { ...environment, APPLICATION: 'naive' } },
      ['environment.APPLICATION', 'hardened', 'naive'],
    ],
    [
      'a unit that does not run',
      { ...production, units: { ...units, 'worker.service': { ...worker, state: 'failed' } } },
      ['units.worker.service.state', 'active', 'failed'],
    ],
    [
      'a smaller disk',
      {
        ...production,
        mounts: { ...mounts, '/var/lib/worker': { ...disk, sizeBytes: 1_048_576 } },
      },
      ['mounts./var/lib/worker.sizeBytes', '67108864', '1048576'],
    ],
    [
      'another time zone',
      { ...production, timeZone: 'Pacific/Chatham' },
      ['timeZone', 'Etc/UTC', 'Pacific/Chatham'],
    ],
    [
      'a port that nobody listens on',
      { ...production, listening: [] },
      ['listening.tcp.everywhere.22', 'listening', null],
    ],
  ])('%s', (_what, node, expected) => {
    expect(differences(node)).toEqual([['blocking', ...expected]]);
  });

  test('no time source where production synchronises its clock', () => {
    const synchronised = { ...production, timeSource: 'chrony' };
    expect(compare('worker-1', synchronised, production, nothingIntended)).toMatchObject([
      { fact: 'timeSource', expected: 'chrony', actual: null, class: 'blocking' },
    ]);
  });
});

describe('what does not', () => {
  test('a later Debian revision, a kernel that is the host’s, a system number are named and pass', () => {
    const node: Facts = {
      ...production,
      kernel: { ...production.kernel, release: '5.15.0' },
      packages: {
        ...production.packages,
        dpkg: { ...production.packages.dpkg, bash: `${production.packages.dpkg['bash'] ?? ''}+deb12u9` },
      },
    };
    expect(differences(node).map(([kind, fact]) => [kind, fact])).toEqual([
      ['impossible', 'kernel.release'],
      ['allowed', 'packages.dpkg.bash'],
    ]);
  });

  test('a variable that --set chose; any other value of it blocks still elsewhere', () => {
    const node = {
      ...production,
      environment: { ...production.environment, APPLICATION: 'naive', LANG: 'C' },
    };
    const intended = { ...nothingIntended, chosen: { APPLICATION: '--set application=naive' } };
    expect(differences(node, intended)).toEqual([
      ['blocking', 'environment.LANG', 'C.UTF-8', 'C'],
      ['allowed', 'environment.APPLICATION', 'hardened', 'naive'],
    ]);
  });

  test('what the spec allows, and a newer version where it allows only that', () => {
    const allowances = [{ fact: 'packages.dpkg.tz*', why: 'time zones change by law', newer: true }];
    const withZones = (tzdata: string): Facts => ({
      ...production,
      packages: { ...production.packages, dpkg: { ...production.packages.dpkg, tzdata } },
    });
    const kinds = (tzdata: string): unknown[] =>
      compare('worker-1', production, withZones(tzdata), { chosen: {}, allowances }).map((one) => one.class);
    expect(kinds('2099a-0+deb12u1')).toEqual(['allowed']);
    expect(kinds('2001a-0+deb12u1')).toEqual(['blocking']);
  });
});

describe('what is there beside packages, accounts and units', () => {
  const venv = { python: '3.11.2', packages: { celery: '5.3.6', redis: '5.0.1' } };
  const machine: Facts = {
    ...production,
    sudo: {
      '/etc/sudoers': ['root ALL=(ALL:ALL) ALL'],
      '/etc/sudoers.d/farm': ['render ALL=(root) NOPASSWD: /usr/bin/id'],
    },
    cron: { '/etc/cron.d/farm': ['*/5 * * * * render /opt/farm/sweep'] },
    timers: { 'farm.timer': 'farm.service OnCalendar=*-*-* 03:00:00' },
    umask: '022',
    loginLimits: { '* hard nofile': '4096' },
    virtualenvs: { '/opt/farm/venv': venv },
  };
  const worker = machine.units['worker.service'];
  if (worker?.settings == null) throw new Error('the bundled reference has no settings of its worker');
  const { settings } = worker;

  test.each<[string, Partial<Facts>, readonly unknown[]]>([
    [
      'a rule of sudo',
      { sudo: { '/etc/sudoers': ['root ALL=(ALL:ALL) ALL'] } },
      ['sudo.render ALL=(root) NOPASSWD: /usr/bin/id', 'there', null],
    ],
    [
      'a job of cron',
      { cron: {} },
      ['cron./etc/cron.d/farm: */5 * * * * render /opt/farm/sweep', 'there', null],
    ],
    ['a timer', { timers: {} }, ['timers.farm.timer', 'farm.service OnCalendar=*-*-* 03:00:00', null]],
    ['the umask of logins', { umask: '077' }, ['umask.login', '022', '077']],
    [
      'a limit of logins',
      { loginLimits: { '* hard nofile': '1024' } },
      ['loginLimits.* hard nofile', '4096', '1024'],
    ],
    [
      'a package of a virtualenv',
      { virtualenvs: { '/opt/farm/venv': { ...venv, packages: { ...venv.packages, redis: '4.3.4' } } } },
      ['virtualenvs./opt/farm/venv.redis', '5.0.1', '4.3.4'],
    ],
    [
      'the Python of a virtualenv',
      { virtualenvs: { '/opt/farm/venv': { ...venv, python: '3.12.1' } } },
      ['virtualenvs./opt/farm/venv.python', '3.11.2', '3.12.1'],
    ],
    [
      'how a unit is run',
      {
        units: {
          ...machine.units,
          'worker.service': { ...worker, settings: { ...settings, LimitNOFILE: '1024' } },
        },
      },
      ['units.worker.service.settings.LimitNOFILE', settings['LimitNOFILE'], '1024'],
    ],
  ])('%s that differs is named, and nothing else', (_what, changed, expected) => {
    const found = compare('worker-1', machine, { ...machine, ...changed }, nothingIntended);
    expect(found.map(({ fact, expected, actual, class: kind }) => [kind, fact, expected, actual])).toEqual([
      ['blocking', ...expected],
    ]);
  });

  test('is the same whatever file says it', () => {
    const elsewhere: Facts = {
      ...machine,
      sudo: { '/etc/sudoers': Object.values(machine.sudo ?? {}).flat() },
      units: {
        ...machine.units,
        'worker.service': { ...worker, settings: { ...settings, DropInPaths: '/etc/systemd/system/x.conf' } },
      },
    };
    expect(compare('worker-1', machine, elsewhere, nothingIntended)).toEqual([]);
  });

  test('and that nobody could read in production is compared with nothing', () => {
    const { units, ...earlier } = machine;
    const old: Facts = {
      ...earlier,
      ...{ sudo: null, cron: null, timers: null, umask: null, loginLimits: null, virtualenvs: null },
      units: { ...units, 'worker.service': { ...worker, settings: null } },
    };
    expect(compare('worker-1', old, machine, nothingIntended)).toEqual([]);
  });
});

test('whatever package is changed, exactly that one is named (property)', () => {
  const names = Object.keys(production.packages.dpkg);
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.stringMatching(/^[0-9]{1,3}\.[0-9]{1,3}-[1-9]$/),
      (name, version) => {
        const dpkg = { ...production.packages.dpkg, [name]: version };
        const found = compare(
          'worker-1',
          production,
          { ...production, packages: { ...production.packages, dpkg } },
          nothingIntended,
        );
        const expected = version === production.packages.dpkg[name] ? [] : [`packages.dpkg.${name}`];
        expect(found.map(({ fact }) => fact)).toEqual(expected);
      },
    ),
  );
});
