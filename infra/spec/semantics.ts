import type { Problem } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import type { Path, SpecDocument } from './document.ts';
import { problemAt } from './problems.ts';

type Report = (path: Path, code: string, message: string, hint: string) => void;

/** What a schema cannot say: values that contradict each other, and names of things that are not there. */
export function semanticProblems(document: SpecDocument, cluster: Cluster): readonly Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, code, message, hint) => {
    problems.push(problemAt(document, path, { code, message, hint }));
  };
  accounts(cluster, report);
  volumes(cluster, report);
  roles(cluster, report);
  links(cluster, report);
  suites(cluster, report);
  variables(cluster, report);
  return problems;
}

function accounts({ accounts: all }: Cluster, report: Report): void {
  for (const [index, account] of all.entries()) {
    const before = all.slice(0, index);
    const sameUid = before.find(({ uid }) => uid === account.uid);
    if (sameUid !== undefined) {
      report(
        ['accounts', index, 'uid'],
        'uid-clash',
        `uid ${account.uid} of "${account.name}" is already that of "${sameUid.name}"`,
        'give each account a uid of its own, the one that it has in production',
      );
    }
    if (before.some(({ name }) => name === account.name)) {
      report(
        ['accounts', index, 'name'],
        'duplicate',
        `account "${account.name}" is declared twice`,
        'keep one',
      );
    }
  }
}

function volumes({ volumes: all, roles: known, accounts: owners }: Cluster, report: Report): void {
  for (const [name, volume] of Object.entries(all)) {
    const mounts = Object.keys(volume.mountedBy);
    if (mounts.length === 0) {
      report(
        ['volumes', name],
        'mount-on-nothing',
        `volume "${name}" is mounted by no role`,
        'name a role under mountedBy, or remove the volume',
      );
    }
    for (const role of mounts) unknownRole(known, role, ['volumes', name, 'mountedBy', role], report);
    const users = mounts.reduce((sum, role) => sum + (known[role]?.count ?? 0), 0);
    if (!volume.shared && users > 1) {
      report(
        ['volumes', name],
        'not-shared',
        `volume "${name}" is mounted by ${users} nodes but is not shared`,
        'say "shared: true", or use disks: for one disk a node',
      );
    }
    const owner = volume.owner?.split(':')[0];
    if (owner !== undefined && owner !== 'root' && !owners.some((account) => account.name === owner)) {
      report(
        ['volumes', name, 'owner'],
        'unknown-account',
        `owner "${owner}" is no account of this cluster`,
        named(['root', ...owners.map((account) => account.name)]),
      );
    }
  }
}

function roles(cluster: Cluster, report: Report): void {
  const ports = new Map<number, string>();
  for (const [name, role] of Object.entries(cluster.roles)) {
    const at = ['roles', name] as const;
    const isDigest = /@sha256:[0-9a-f]{64}$/.test(role.image);
    const isFolder = role.image.startsWith('.') || role.image.startsWith('/');
    if (!isDigest && !isFolder) {
      report(
        [...at, 'image'],
        'image-without-digest',
        `image "${role.image}" is neither a folder nor named by digest`,
        'write name@sha256:…, or a folder such as ./images/worker',
      );
    }
    if (isDigest && role.init === 'systemd') {
      report([...at, 'init'], 'init', `"${role.image}" runs its own entrypoint`, 'init: image');
    }
    if (role.init === 'image' && role.ready?.unit !== undefined) {
      report(
        [...at, 'ready', 'unit'],
        'ready-unit',
        `role "${name}" runs no systemd, so no unit can be waited for`,
        'use tcp, http, command or log',
      );
    }
    if (role.init === 'image' && role.units.length > 0) {
      report(
        [...at, 'units'],
        'units',
        `role "${name}" runs no systemd, so it has no units`,
        'remove units, or init: systemd',
      );
    }
    mounts(cluster, name, report);
    for (const [index, { hostPort }] of role.forwards.entries()) {
      if (hostPort === undefined) continue;
      const path = [...at, 'forwards', index, 'hostPort'];
      const other = ports.get(hostPort);
      if (other !== undefined)
        report(
          path,
          'port-clash',
          `host port ${hostPort} is already that of role "${other}"`,
          'leave hostPort out: a free one is chosen and stands in handle.json',
        );
      if (role.count > 1)
        report(
          path,
          'port-clash',
          `host port ${hostPort} cannot belong to ${role.count} nodes`,
          'leave hostPort out',
        );
      ports.set(hostPort, name);
    }
  }
}

function mounts(cluster: Cluster, name: string, report: Report): void {
  const role = cluster.roles[name];
  if (role === undefined) return;
  const disks = Object.keys(role.disks);
  const shared = Object.values(cluster.volumes).flatMap(({ mountedBy }) => mountedBy[name] ?? []);
  for (const [index, path] of [...disks, ...shared].entries()) {
    if ([...disks, ...shared].indexOf(path) !== index) {
      report(
        ['roles', name, 'disks', path],
        'mount-clash',
        `two things are mounted on ${path} of role "${name}"`,
        'give each a path of its own',
      );
    }
    const file = Object.keys(role.files).find((one) => one === path || one.startsWith(`${path}/`));
    if (file !== undefined) {
      report(
        ['roles', name, 'files', file],
        'hidden-file',
        `${file} would be hidden by what is mounted on ${path}`,
        'place the file elsewhere',
      );
    }
  }
  for (const [path, disk] of Object.entries(role.disks)) {
    if (path === '/')
      report(
        ['roles', name, 'disks', path],
        'mount-on-nothing',
        'a disk cannot be the root',
        'mount it on a folder',
      );
    if (disk.inodes !== undefined && disk.inodes > disk.sizeMiB * 1024) {
      report(
        ['roles', name, 'disks', path, 'inodes'],
        'inodes',
        `${disk.inodes} inodes do not fit ${disk.sizeMiB} MiB`,
        `at most ${disk.sizeMiB * 1024}`,
      );
    }
  }
}

function links({ links: all, roles: known }: Cluster, report: Report): void {
  for (const [index, link] of all.entries()) {
    unknownRole(known, link.from, ['links', index, 'from'], report);
    unknownRole(known, link.to, ['links', index, 'to'], report);
    const { delayMs, jitterMs, lossRatio, rateMbit } = link;
    if ([delayMs, jitterMs, lossRatio, rateMbit].every((one) => one === undefined)) {
      report(
        ['links', index],
        'empty-link',
        `the link from ${link.from} to ${link.to} says nothing`,
        'give delayMs, jitterMs, lossRatio or rateMbit',
      );
    }
  }
}

function suites({ suites: all, roles: known }: Cluster, report: Report): void {
  for (const [name, suite] of Object.entries(all)) {
    if (suite.where !== 'host') unknownRole(known, suite.where, ['suites', name, 'where'], report);
  }
}

function variables(cluster: Cluster, report: Report): void {
  const declared = Object.keys(cluster.variables);
  const check = (path: Path, text: string): void => {
    for (const [, name = ''] of text.matchAll(/\$\{([^}]*)\}/g)) {
      if (!declared.includes(name))
        report(
          path,
          'unknown-variable',
          `variable "${name}" is not declared`,
          named(declared, 'declare it under variables'),
        );
    }
  };
  for (const [role, { environment }] of Object.entries(cluster.roles)) {
    for (const [key, value] of Object.entries(environment)) check(['roles', role, 'environment', key], value);
  }
  for (const [suite, { command }] of Object.entries(cluster.suites)) {
    command.forEach((word, index) => {
      check(['suites', suite, 'command', index], word);
    });
  }
  for (const [name, allowed] of Object.entries(cluster.choices)) {
    const value = cluster.variables[name];
    if (value === undefined)
      report(
        ['choices', name],
        'unknown-variable',
        `choices of "${name}", which is no variable`,
        named(declared),
      );
    else if (!allowed.includes(value))
      report(
        ['variables', name],
        'choice',
        `"${value}" is not among the choices of "${name}"`,
        named(allowed),
      );
  }
}

function unknownRole(known: Cluster['roles'], role: string, path: Path, report: Report): void {
  if (role in known) return;
  report(path, 'unknown-role', `"${role}" is no role of this cluster`, named(Object.keys(known)));
}

function named(names: readonly string[], fallback = 'there is none'): string {
  return names.length === 0 ? fallback : `one of ${names.join(', ')}`;
}
