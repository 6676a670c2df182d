import { posix } from 'node:path';
import { byName, environmentFile, managerEnvironment } from './environment-files.ts';
import type { Account, Stack } from './stack.ts';

export interface RenderedFile {
  /** Path in the build context. */
  readonly context: string;
  /** Where it goes in the image. */
  readonly path: string;
  readonly mode: string;
  readonly owner: string;
}

export interface DockerfileInput {
  readonly stack: Stack;
  /** Default of the build argument BASE: what the stack declares. */
  readonly base: string;
  readonly files: readonly RenderedFile[];
}

/** Stands for the hash of everything else in the Dockerfile; replaced once that is known (inputs-hash.ts). */
export const inputsHashPlaceholder = '@INPUTS@';

/**
 * A stack as a Dockerfile for the classic builder (Engine 20.10: no heredocs, no mounts). The label is in the first
 * line after FROM, so that whatever a killed build leaves behind can be found by it.
 */
export function renderDockerfile({ stack, base, files }: DockerfileInput): string {
  const blocks = [
    [`ARG BASE=${base}`, 'FROM ${BASE}', `LABEL dev.understudy.inputs=${inputsHashPlaceholder}`],
    systemdPreparation(stack),
    aptPackages(stack),
    pipPackages(stack),
    stack.accounts.flatMap(account),
    timeAndPlace(stack),
    kernelAndLimits(stack),
    environment(stack),
    placed(files),
    stack.commands.map((argv) => `RUN ${JSON.stringify(argv)}`),
    units(stack),
    systemdEnding(stack),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

/** No service starts while packages are installed, and nobody asks questions. */
function systemdPreparation({ packages }: Stack): readonly string[] {
  return Object.keys(packages.apt).length === 0 && Object.keys(packages.pip).length === 0
    ? []
    : [
        'ARG DEBIAN_FRONTEND=noninteractive',
        run(write('/usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', '0755')),
      ];
}

function aptPackages({ packages }: Stack): readonly string[] {
  const names = Object.entries(packages.apt).map(([name, version]) => quote(aptSpecifier(name, version)));
  if (Object.keys(packages.pip).length > 0) names.push("'python3-pip'");
  if (names.length === 0) return [];
  return [
    run(
      'apt-get update -qq',
      `apt-get install -y -qq --no-install-recommends ${names.sort().join(' ')}`,
      'apt-get clean',
      'rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log /var/log/alternatives.log',
    ),
  ];
}

/** An upstream version fits any Debian revision of it; one with a revision is meant exactly. */
export function aptSpecifier(name: string, version: string): string {
  if (version === '*') return name;
  return version.includes('-') ? `${name}=${version}` : `${name}=${version}-*`;
}

function pipPackages({ packages }: Stack): readonly string[] {
  const names = Object.entries(packages.pip).map(([name, version]) => quote(`${name}==${version}`));
  if (names.length === 0) return [];
  const trust = [
    'cat /etc/ssl/certs/ca-certificates.crt > /tmp/trusted.pem',
    `printf '%s' "$${trustArgument}" >> /tmp/trusted.pem`,
    'export PIP_CERT=/tmp/trusted.pem',
  ];
  return [
    `ARG ${trustArgument}`,
    run(
      `if [ -n "\${${trustArgument}:-}" ]; then ${trust.join(' && ')}; fi`,
      `python3 -m pip install --quiet --no-cache-dir --break-system-packages ${names.sort().join(' ')}`,
      'rm -f /tmp/trusted.pem',
    ),
  ];
}

/** Certificates that the building host trusts beside the public ones, as PEM: many companies look into TLS. */
export const trustArgument = 'TRUSTED_CA';

function account({ name, uid, gid, groups, shell, home, sudo }: Account): readonly string[] {
  const own = gid ?? uid;
  const others = groups.filter((group) => group !== name);
  const lines = [
    // A package may have made the group already: then it is the one that is meant.
    `getent group ${quote(name)} >/dev/null || groupadd --gid ${own} ${quote(name)}`,
    ...others.map((group) => `getent group ${quote(group)} >/dev/null || groupadd ${quote(group)}`),
    [
      'useradd --create-home',
      `--home-dir ${quote(home ?? `/home/${name}`)}`,
      `--uid ${uid} --gid ${quote(name)}`,
      ...(others.length > 0 ? [`--groups ${quote(others.join(','))}`] : []),
      `--shell ${quote(shell)} ${quote(name)}`,
    ].join(' '),
  ];
  if (sudo === 'none') return [run(...lines)];
  const commands = sudo === 'all' ? 'ALL' : sudo.map(sudoersCommand).join(', ');
  const rule = `${name} ALL=(ALL:ALL) NOPASSWD: ${commands}\n`;
  return [run(...lines, 'mkdir -p /etc/sudoers.d', write(`/etc/sudoers.d/${name}`, rule, '0440'))];
}

/** Characters that end a command, its rule or its line in sudoers(5), unless the author has seen to them already. */
function sudoersCommand(command: string): string {
  return command.replaceAll(/(?<!\\)[,:=#]/g, '\\$&');
}

function timeAndPlace({ timeZone, locale }: Stack): readonly string[] {
  return [
    run(
      `ln -sfn ${quote(`/usr/share/zoneinfo/${timeZone}`)} /etc/localtime`,
      write('/etc/timezone', `${timeZone}\n`),
      write('/etc/default/locale', `LANG=${locale}\n`),
    ),
  ];
}

function kernelAndLimits({ sysctls, limits, init }: Stack): readonly string[] {
  const commands: string[] = [];
  if (Object.keys(sysctls).length > 0) {
    const lines = byName(sysctls).map(([key, value]) => `${key} = ${value}\n`);
    commands.push('mkdir -p /etc/sysctl.d', write('/etc/sysctl.d/60-understudy.conf', lines.join('')));
  }
  const names = { nofile: limits.nofile, nproc: limits.nproc, core: limits.coreKiB };
  const given = Object.entries(names).filter((entry): entry is [string, number] => entry[1] !== undefined);
  if (given.length > 0) {
    const logins = given.map(([name, value]) => `* - ${name} ${value}\n`).join('');
    commands.push(
      'mkdir -p /etc/security/limits.d',
      write('/etc/security/limits.d/60-understudy.conf', logins),
    );
    if (init === 'systemd') {
      // systemd has sizes in bytes where nothing else is said, limits.conf has cores in KiB.
      const unit = (name: string): string => (name === 'core' ? 'K' : '');
      const defaults = given
        .map(([name, value]) => `DefaultLimit${name.toUpperCase()}=${value}${unit(name)}\n`)
        .join('');
      commands.push(
        'mkdir -p /etc/systemd/system.conf.d',
        write('/etc/systemd/system.conf.d/61-understudy-limits.conf', `[Manager]\n${defaults}`),
      );
    }
  }
  return commands.length === 0 ? [] : [run(...commands)];
}

function environment({ environment: variables, init }: Stack): readonly string[] {
  const entries = byName(variables);
  if (entries.length === 0) return [];
  const image = entries.map(([name, value]) => `ENV ${name}="${value.replaceAll(/[\\"$]/g, '\\$&')}"`);
  if (init === 'image') return image;
  return [
    ...image,
    run(
      write('/etc/environment', environmentFile(variables)),
      'mkdir -p /etc/systemd/system.conf.d',
      write('/etc/systemd/system.conf.d/60-understudy.conf', managerEnvironment(variables)),
    ),
  ];
}

/** Those of one folder and mode at once: each line of a Dockerfile is a layer, of which an image has 127 at most. */
function placed(files: readonly RenderedFile[]): readonly string[] {
  const together = Map.groupBy(files, (file) =>
    keepsItsName(file) ? `${posix.dirname(file.path)} ${file.mode}` : file.path,
  );
  return [...together.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : copied(first, others),
  );
}

function copied(first: RenderedFile, others: readonly RenderedFile[]): readonly string[] {
  const { path, mode, owner } = first;
  const all = [first, ...others];
  const chown = owner === 'root:root' ? '' : `--chown=${owner} `;
  const to = others.length === 0 ? path : `${posix.dirname(path)}/`;
  const words = [...all.map(({ context }) => context), to].map(unexpanded);
  return [
    `COPY ${chown}${JSON.stringify(words)}`,
    ...(mode === '0644' ? [] : [run(`chmod ${mode} ${all.map((one) => quote(one.path)).join(' ')}`)]),
  ];
}

/** And is root's: of folders that a COPY makes, another owner would have those, too. */
function keepsItsName({ context, path, owner }: RenderedFile): boolean {
  return owner === 'root:root' && posix.basename(context) === posix.basename(path);
}

/** Docker expands variables and takes away quotes in what it copies, also inside JSON. */
function unexpanded(path: string): string {
  return path.replaceAll(/[\\$"']/g, '\\$&');
}

/** In an image systemctl only makes links: the units start when the node boots. */
function units({ units: enabled, maskedUnits }: Stack): readonly string[] {
  const commands = [
    ...(enabled.length > 0 ? [`systemctl enable ${enabled.map(quote).join(' ')}`] : []),
    ...(maskedUnits.length > 0 ? [`systemctl mask ${maskedUnits.map(quote).join(' ')}`] : []),
  ];
  return commands.length === 0 ? [] : [run(...commands)];
}

/** Units that need devices, consoles or a kernel of their own, which no container has. */
export const withoutMachine: readonly string[] = [
  'dev-hugepages.mount',
  'dev-mqueue.mount',
  'sys-fs-fuse-connections.mount',
  'sys-kernel-config.mount',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
  'proc-sys-fs-binfmt_misc.automount',
  'systemd-udevd.service',
  'systemd-udev-trigger.service',
  'systemd-modules-load.service',
  'systemd-timesyncd.service',
  'systemd-firstboot.service',
  'systemd-update-utmp.service',
  'getty.target',
  'console-getty.service',
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'fstrim.timer',
];

function systemdEnding({ init }: Stack): readonly string[] {
  if (init === 'image') return [];
  return [
    run(
      'rm -f /usr/sbin/policy-rc.d',
      `systemctl mask ${withoutMachine.join(' ')}`,
      'systemctl set-default multi-user.target',
      // /run is gone when a node stops: the journal, its evidence, must not be.
      'mkdir -p /var/log/journal /etc/systemd/journald.conf.d',
      write(
        '/etc/systemd/journald.conf.d/60-understudy.conf',
        '[Journal]\nStorage=persistent\nSystemMaxUse=64M\nRateLimitIntervalSec=0\n',
      ),
      // Each node makes its own at boot.
      ': > /etc/machine-id',
    ),
    'ENV container=docker',
    'STOPSIGNAL SIGRTMIN+3',
    'CMD ["/lib/systemd/systemd"]',
  ];
}

function run(...commands: readonly string[]): string {
  return `RUN ${commands.join(' \\\n && ')}`;
}

/** printf with one %s: nothing in `content` is interpreted; newlines travel as \n of %b, which knows no other input. */
function write(path: string, content: string, mode?: string): string {
  const escaped = content.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  const written = `printf '%b' ${quote(escaped)} > ${quote(path)}`;
  return mode === undefined ? written : `${written} && chmod ${mode} ${quote(path)}`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
