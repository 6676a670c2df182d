import { z } from 'zod';
import type { Facts } from '../../infra/spec/facts.ts';
import { redactedFacts } from './redacted-facts.ts';

const named = { name: z.string() };
/** One line of images/probe.sh. */
const ProbeLine = z.discriminatedUnion('fact', [
  z.object({ fact: z.literal('uid'), uid: z.int() }),
  z.object({ fact: z.literal('capturedAt'), at: z.iso.datetime() }),
  z.object({ fact: z.literal('os'), id: z.string(), version: z.string(), codename: z.string().nullable() }),
  z.object({ fact: z.literal('kernel'), release: z.string(), machine: z.string() }),
  z.object({ fact: z.literal('hostName'), ...named }),
  z.object({ fact: z.literal('address'), address: z.string() }),
  z.object({ fact: z.literal('understudyNode') }),
  z.object({ fact: z.literal('end') }),
  z.object({
    fact: z.literal('account'),
    ...named,
    uid: z.int(),
    gid: z.int(),
    home: z.string(),
    shell: z.string(),
  }),
  z.object({ fact: z.literal('group'), ...named, gid: z.int(), members: z.string() }),
  z.object({ fact: z.literal('dpkg'), ...named, version: z.string() }),
  z.object({ fact: z.literal('pip'), ...named, version: z.string() }),
  z.object({ fact: z.literal('npm'), ...named, version: z.string() }),
  z.object({ fact: z.literal('environment'), ...named, value: z.string() }),
  z.object({
    fact: z.literal('unit'),
    ...named,
    state: z.string(),
    enabled: z.string(),
    user: z.string().nullable(),
    environment: z.string(),
  }),
  z.object({ fact: z.literal('unitSetting'), unit: z.string(), ...named, value: z.string() }),
  z.object({ fact: z.literal('sudo'), file: z.string(), rule: z.string() }),
  z.object({ fact: z.literal('cron'), file: z.string(), entry: z.string() }),
  z.object({ fact: z.literal('timer'), ...named, schedule: z.string() }),
  z.object({ fact: z.literal('umask'), mask: z.string() }),
  z.object({
    ...{ fact: z.literal('loginLimit'), domain: z.string(), kind: z.string(), item: z.string() },
    value: z.string(),
  }),
  z.object({ fact: z.literal('virtualenv'), path: z.string(), python: z.string().nullable() }),
  z.object({ fact: z.literal('virtualenvPackage'), venv: z.string(), ...named, version: z.string() }),
  z.object({ fact: z.literal('limit'), ...named, soft: z.string(), hard: z.string() }),
  z.object({ fact: z.literal('sysctl'), ...named, value: z.string() }),
  z.object({ fact: z.literal('mount'), path: z.string(), type: z.string(), options: z.string() }),
  z.object({ fact: z.literal('size'), path: z.string(), kib: z.int().nullable() }),
  z.object({ fact: z.literal('inodes'), path: z.string(), count: z.int().nullable() }),
  z.object({ fact: z.literal('timeZone'), ...named }),
  z.object({ fact: z.literal('timeSource'), ...named }),
  z.object({ fact: z.literal('locale'), ...named }),
  z.object({
    fact: z.literal('socket'),
    protocol: z.enum(['tcp', 'tcp6', 'udp', 'udp6']),
    local: z.string(),
  }),
]);
type ProbeLine = z.infer<typeof ProbeLine>;
type Line<F extends ProbeLine['fact']> = Extract<ProbeLine, { fact: F }>;

/**
 * Pure: what the probe printed, as facts, without what is secret in it.
 * @throws Error where the output is not the probe's.
 */
export function factsOf(
  output: string,
  origin: Pick<Facts['source'], 'how' | 'target' | 'understudyNode'>,
): Facts {
  const lines = output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ProbeLine.parse(JSON.parse(line)));
  const all = <F extends ProbeLine['fact']>(fact: F): readonly Line<F>[] =>
    lines.filter((line): line is Line<F> => line.fact === fact);
  const one = <F extends ProbeLine['fact']>(fact: F): Line<F> | undefined => all(fact)[0];

  const uid = one('uid')?.uid;
  const at = one('capturedAt')?.at;
  const os = one('os');
  const kernel = one('kernel');
  if (uid === undefined || at === undefined || os === undefined || kernel === undefined || !one('end'))
    throw new Error(`the probe on ${origin.target} did not come to its end: ${output.slice(0, 200)}`);

  const groups = all('group').map(({ name, gid, members }) => ({
    name,
    gid,
    members: members
      .split(',')
      .filter((member) => member !== '')
      .sort(),
  }));
  const settings = Map.groupBy(all('unitSetting'), ({ unit }) => unit);
  return redactedFacts({
    schema: 1,
    source: {
      ...origin,
      understudyNode: origin.understudyNode || one('understudyNode') !== undefined,
      capturedAt: at,
      uid,
    },
    os: { id: os.id, version: os.version, codename: os.codename },
    kernel: { release: kernel.release, machine: kernel.machine },
    hostName: one('hostName')?.name ?? '',
    addresses: all('address')
      .map(({ address }) => address)
      .sort(),
    accounts: byName(all('account'), ({ uid: id, gid, home, shell, name }) => ({
      uid: id,
      gid,
      home,
      shell,
      groups: groups
        .filter((group) => group.gid === gid || group.members.includes(name))
        .map((group) => group.name)
        .sort(),
    })),
    groups: byName(groups, ({ gid, members }) => ({ gid, members })),
    packages: {
      dpkg: byName(all('dpkg'), ({ version }) => version),
      pip: byName(all('pip'), ({ version }) => version),
      npm: byName(all('npm'), ({ version }) => version),
    },
    environment: byName(all('environment'), ({ value }) => unquoted(value)),
    units: byName(all('unit'), ({ name, state, enabled, user, environment }) => ({
      state,
      enabled,
      user,
      environment: assignments(environment),
      settings: Object.fromEntries(
        (settings.get(name) ?? []).map((setting) => [setting.name, setting.value]),
      ),
    })),
    limits: byName(all('limit'), ({ soft, hard }) => ({ soft, hard })),
    sysctls: byName(all('sysctl'), ({ value }) => value),
    mounts: Object.fromEntries(
      all('mount').map(({ path, type, options }) => {
        const kib = all('size').find((size) => size.path === path)?.kib ?? null;
        const inodes = all('inodes').find((count) => count.path === path)?.count ?? null;
        return [
          path,
          { type, options: withoutLayers(options), sizeBytes: kib === null ? null : kib * 1024, inodes },
        ];
      }),
    ),
    timeZone: one('timeZone')?.name ?? null,
    timeSource: one('timeSource')?.name ?? null,
    locale: one('locale')?.name ?? null,
    sudo: uid === 0 ? byFile(all('sudo'), ({ rule }) => rule) : null,
    cron: byFile(all('cron'), ({ entry }) => entry),
    timers: byName(all('timer'), ({ schedule }) => schedule),
    umask: one('umask')?.mask ?? null,
    loginLimits: Object.fromEntries(
      all('loginLimit').map(({ domain, kind, item, value }) => [`${domain} ${kind} ${item}`, value]),
    ),
    virtualenvs: Object.fromEntries(
      all('virtualenv').map(({ path, python }) => [
        path,
        {
          python,
          packages: byName(
            all('virtualenvPackage').filter(({ venv }) => venv === path),
            ({ version }) => version,
          ),
        },
      ]),
    ),
    listening: all('socket').map(({ protocol, local }) => socketOf(protocol, local)),
  });
}

function byName<T extends { readonly name: string }, V>(
  lines: readonly T[],
  of: (line: T) => V,
): Record<string, V> {
  return Object.fromEntries(
    lines.map((line) => [line.name, of(line)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function byFile<T extends { readonly file: string }>(
  lines: readonly T[],
  text: (line: T) => string,
): Record<string, string[]> {
  return Object.fromEntries(
    [...Map.groupBy(lines, ({ file }) => file)].map(([file, of]) => [file, of.map(text)]),
  );
}

/** Where an engine keeps the layers of a container is no fact of the machine in it. */
function withoutLayers(options: string): string {
  return options
    .split(',')
    .filter((option) => !/^(lower|upper|work)dir=/.test(option))
    .join(',');
}

/** `$'two words'`, as `systemctl show-environment` writes what a shell would not read as one word. */
function unquoted(value: string): string {
  const [, inner] = /^\$'(.*)'$/s.exec(value) ?? [];
  return inner === undefined ? value : inner.replaceAll(/\\(.)/g, '$1');
}

/** `A=1 "B=two words"`, as systemctl shows it. */
function assignments(text: string): Record<string, string> {
  const words = text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  return Object.fromEntries(
    words.map((word) => {
      const plain = word.startsWith('"') ? word.slice(1, -1).replaceAll(/\\(.)/g, '$1') : word;
      const at = plain.indexOf('=');
      const name = plain.slice(0, at);
      return [name, plain.slice(at + 1)];
    }),
  );
}

/** /proc/net: hexadecimal words in the machine's byte order (little-endian on all that we run on), then the port. */
function socketOf(protocol: Line<'socket'>['protocol'], local: string): Facts['listening'][number] {
  const [hex = '', port = '0'] = local.split(':');
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  const address = protocol.endsWith('6')
    ? (bytes.join('').match(/.{4}/g) ?? []).map((group) => parseInt(group, 16).toString(16)).join(':')
    : bytes.map((byte) => parseInt(byte, 16)).join('.');
  return { protocol: protocol.startsWith('tcp') ? 'tcp' : 'udp', address, port: parseInt(port, 16) };
}
