import { withoutMachine } from '../../images/dockerfile.ts';
import type { Facts } from '../../infra/spec/facts.ts';
import type { Difference } from './difference.ts';
import { judgeVersions } from './versions.ts';

/** What a difference means before anybody looks at the run or the spec. */
export type Judgement = Pick<Difference, 'class' | 'why'>;
/** One thing on both sides; equal sides are no difference. */
export type Part = Pick<Difference, 'fact' | 'expected' | 'actual'> & { readonly judgement: Judgement };

const blocking: Judgement = { class: 'blocking', why: '' };
export const allowed = (why: string): Judgement => ({ class: 'allowed', why });
const impossible = (why: string): Judgement => ({ class: 'impossible', why });

type Compared = Exclude<keyof Facts, 'schema' | 'source' | 'hostName' | 'addresses' | 'redacted'>;

/** A fact that is added to the schema does not compile until somebody says how it is compared. */
export const families = {
  os: (expected, actual) => [one('os', osOf(expected), osOf(actual))],
  kernel: (expected, actual) => [
    one('kernel.release', expected.kernel.release, actual.kernel.release, hostKernel),
    one('kernel.machine', expected.kernel.machine, actual.kernel.machine, impossible('the host’s processor')),
  ],
  accounts: (expected, actual) =>
    each('accounts', expected.accounts, actual.accounts, {
      show: ({ uid }) => `uid ${uid}`,
      extra: ({ uid }) => (isSystemId(uid) ? allowed('a system account beside the reference’s') : blocking),
      both: (fact, a, b) => [
        one(`${fact}.uid`, `${a.uid}`, `${b.uid}`, numbered(a.uid)),
        one(`${fact}.gid`, `${a.gid}`, `${b.gid}`, numbered(a.gid)),
        one(`${fact}.home`, a.home, b.home),
        one(`${fact}.shell`, a.shell, b.shell),
        one(`${fact}.groups`, a.groups.join(','), b.groups.join(',')),
      ],
    }),
  groups: (expected, actual) =>
    each('groups', expected.groups, actual.groups, {
      show: ({ gid }) => `gid ${gid}`,
      extra: ({ gid }) => (isSystemId(gid) ? allowed('a system group beside the reference’s') : blocking),
      both: (fact, a, b) => [
        one(`${fact}.gid`, `${a.gid}`, `${b.gid}`, numbered(a.gid)),
        one(`${fact}.members`, a.members.join(','), b.members.join(',')),
      ],
    }),
  packages: ({ packages: expected }, { packages: actual }) => [
    ...values('packages.dpkg', expected.dpkg, actual.dpkg, judgeVersions),
    ...values('packages.pip', expected.pip, actual.pip),
    ...values('packages.npm', expected.npm, actual.npm),
  ],
  environment: (expected, actual) =>
    values('environment', likeness(expected.environment), likeness(actual.environment)),
  units: (expected, actual) =>
    each('units', wanted(expected.units), actual.units, {
      show: ({ state }) => state,
      absent: unit,
      // Only what somebody enabled: the others come and go with systemd's own needs.
      extra: ({ enabled }, name) => (enabled === 'enabled' ? (ourUnits[name] ?? blocking) : null),
      both: (fact, a, b, name) => [
        one(`${fact}.state`, a.state, b.state, unit(name)),
        one(`${fact}.enabled`, a.enabled, b.enabled, unit(name)),
        one(`${fact}.user`, a.user ?? 'root', b.user ?? 'root'),
        ...values(`${fact}.environment`, a.environment ?? {}, b.environment ?? {}),
        ...(a.settings === null
          ? []
          : values(`${fact}.settings`, effective(a.settings), effective(b.settings))),
      ],
    }),
  limits: (expected, actual) =>
    each('limits', expected.limits, actual.limits, {
      show: ({ soft }) => soft,
      extra: () => blocking,
      both: (fact, a, b, name) => [
        one(`${fact}.soft`, a.soft, b.soft, byMemory.has(name) ? hostMemory : blocking),
        one(`${fact}.hard`, a.hard, b.hard, byMemory.has(name) ? hostMemory : blocking),
      ],
    }),
  sysctls: (expected, actual) =>
    each('sysctls', expected.sysctls, actual.sysctls, {
      show: (value) => value,
      extra: () => null,
      both: (fact, a, b, name) => [one(fact, a, b, name.startsWith('net.') ? blocking : hostKernel)],
    }),
  mounts: (expected, actual) =>
    each('mounts', dataMounts(expected.mounts), dataMounts(actual.mounts), {
      show: ({ type }) => type,
      extra: () => blocking,
      both: (fact, a, b) => [
        one(
          `${fact}.type`,
          a.type,
          b.type,
          impossible('a node’s disk is a tmpfs here: exact in size, gone with the node'),
        ),
        one(`${fact}.sizeBytes`, shown(a.sizeBytes), shown(b.sizeBytes)),
        one(`${fact}.inodes`, shown(a.inodes), shown(b.inodes)),
        one(`${fact}.readOnly`, readOnly(a.options), readOnly(b.options)),
      ],
    }),
  timeZone: (expected, actual) => [one('timeZone', expected.timeZone, actual.timeZone)],
  timeSource: (expected, actual) => [
    one(
      'timeSource',
      expected.timeSource,
      actual.timeSource,
      expected.timeSource === null ? allowed('the node synchronises, the reference does not') : blocking,
    ),
  ],
  locale: (expected, actual) => [one('locale', expected.locale, actual.locale)],
  sudo: known('sudo', ({ sudo }) => sudo && lines(sudo, () => '')),
  cron: known('cron', ({ cron }) => cron && lines(cron, (file) => `${file}: `)),
  timers: known('timers', ({ timers }) => timers, unit),
  umask: known('umask', ({ umask }) => (umask === null ? null : { login: umask })),
  loginLimits: known('loginLimits', ({ loginLimits }) => loginLimits),
  virtualenvs: known('virtualenvs', ({ virtualenvs }) => virtualenvs && installed(virtualenvs)),
  listening: (expected, actual) => values('listening', sockets(expected), sockets(actual)),
} satisfies Record<Compared, (expected: Facts, actual: Facts) => readonly Part[]>;

/** What could not be read of the reference (sudoers, by another than root) is compared with nothing. */
function known(
  family: string,
  of: (facts: Facts) => Readonly<Record<string, string>> | null,
  absent?: (name: string) => Judgement,
): (expected: Facts, actual: Facts) => readonly Part[] {
  return (expected, actual) => {
    const wantedOnes = of(expected);
    return wantedOnes === null ? [] : values(family, wantedOnes, of(actual) ?? {}, undefined, absent);
  };
}

/** Each line by itself; `place` is what its file adds to what it means. */
function lines(
  files: Readonly<Record<string, readonly string[]>>,
  place: (file: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([file, all]) => all.map((line) => [`${place(file)}${line}`, 'there'])),
  );
}

function installed(virtualenvs: NonNullable<Facts['virtualenvs']>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(virtualenvs).flatMap(([path, { python, packages }]) => [
      [`${path}.python`, python ?? 'unknown'],
      ...Object.entries(packages).map(([name, version]) => [`${path}.${name}`, version] as const),
    ]),
  );
}

/** Where a setting is written is no likeness; what comes of it is. */
function effective(settings: Facts['units'][string]['settings']): Record<string, string> {
  return Object.fromEntries(Object.entries(settings ?? {}).filter(([name]) => name !== 'DropInPaths'));
}

function one(fact: string, expected: string | null, actual: string | null, judgement = blocking): Part {
  return { fact, expected, actual, judgement };
}

interface Table<V> {
  /** How a thing is shown that one side does not have. */
  readonly show: (value: V) => string;
  /** What a thing too few means; it blocks by default. */
  readonly absent?: (name: string) => Judgement;
  /** What a thing too many means; null: nothing. */
  readonly extra: (value: V, name: string) => Judgement | null;
  readonly both: (fact: string, expected: V, actual: V, name: string) => readonly Part[];
}

function each<V>(
  family: string,
  expected: Readonly<Record<string, V>>,
  actual: Readonly<Record<string, V>>,
  { show, absent = () => blocking, extra, both }: Table<V>,
): readonly Part[] {
  return [...new Set([...Object.keys(expected), ...Object.keys(actual)])].flatMap((name) => {
    const [a, b] = [expected[name], actual[name]];
    const fact = `${family}.${name}`;
    if (a !== undefined && b !== undefined) return both(fact, a, b, name);
    if (a !== undefined) return [one(fact, show(a), null, absent(name))];
    const judgement = b === undefined ? null : extra(b, name);
    return b === undefined || judgement === null ? [] : [one(fact, null, show(b), judgement)];
  });
}

function values(
  family: string,
  expected: Readonly<Record<string, string>>,
  actual: Readonly<Record<string, string>>,
  judge: (expected: string, actual: string) => Judgement = () => blocking,
  absent: (name: string) => Judgement = () => blocking,
): readonly Part[] {
  return each(family, expected, actual, {
    show: (value) => value,
    absent,
    extra: () => blocking,
    both: (fact, a, b) => [one(fact, a, b, judge(a, b))],
  });
}

const hostKernel = impossible('a container has its host’s kernel');
const hostMemory = impossible('the kernel derives it from the host’s memory');
const byMemory: ReadonlySet<string> = new Set(['Max processes', 'Max pending signals']);

function osOf({ os }: Facts): string {
  return `${os.id} ${os.version}`;
}

/** Debian Policy 9.2.2: 100 to 999 are given out in the order of installation. */
function isSystemId(id: number): boolean {
  return id >= 100 && id <= 999;
}

function numbered(id: number): Judgement {
  return isSystemId(id) ? allowed('a system number, given out in the order of installation') : blocking;
}

/** Names that say where and by whom a process was started, not what it is given. */
const ofThePlace: ReadonlySet<string> = new Set([
  ...['HOSTNAME', 'HOME', 'PWD', 'OLDPWD', 'SHLVL', 'TERM', '_', 'USER', 'LOGNAME', 'SHELL'],
  ...['container', 'BOOT_IMAGE', 'INVOCATION_ID', 'JOURNAL_STREAM', 'SYSTEMD_EXEC_PID'],
]);

function likeness(environment: Facts['environment']): Facts['environment'] {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !ofThePlace.has(name)));
}

/** Units that the reference runs or means to run. */
function wanted(units: Facts['units']): Facts['units'] {
  return Object.fromEntries(
    Object.entries(units).filter(([, { state, enabled }]) => state === 'active' || enabled === 'enabled'),
  );
}

const ourUnits: Readonly<Record<string, Judgement>> = {
  'understudy-keys.service': allowed('puts the ssh keys of one run in place'),
};

function unit(name: string): Judgement {
  return withoutMachine.includes(name) ? impossible('it needs a machine of its own') : blocking;
}

/** Disks that a machine was given: not its root file system, nor what the system or a container engine mounts. */
function dataMounts(mounts: Facts['mounts']): Facts['mounts'] {
  const system = /^\/(?:$|(?:boot|dev|etc|proc|run|sys|tmp)(?:\/|$))/;
  return Object.fromEntries(Object.entries(mounts).filter(([path]) => !system.test(path)));
}

function shown(value: number | null): string {
  return value === null ? 'unknown' : `${value}`;
}

function readOnly(options: string): string {
  return options.split(',').includes('ro') ? 'yes' : 'no';
}

const firstEphemeralPort = 32_768;

/** By protocol, reach and port. Docker's own name server and sockets of clients are not the machine's. */
function sockets({ listening }: Facts): Record<string, string> {
  return Object.fromEntries(
    listening
      .filter(({ address }) => address !== '127.0.0.11')
      .filter(({ protocol, port }) => protocol === 'tcp' || port < firstEphemeralPort)
      .map(({ protocol, address, port }) => [`${protocol}.${reach(address)}.${port}`, 'listening']),
  );
}

function reach(address: string): string {
  if (/^(0\.0\.0\.0|(0:){7}0)$/.test(address)) return 'everywhere';
  return /^(127\.|(0:){7}1$)/.test(address) ? 'loopback' : 'one address';
}
