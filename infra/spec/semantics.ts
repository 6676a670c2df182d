import { isByDigest, reachesLogins } from '../../images/stack.ts';
import type { Problem } from '../errors.ts';
import { accountProblems } from './account-problems.ts';
import { suggestion } from './allowed.ts';
import { conceptName, type Cluster, type Role } from './cluster.ts';
import { dependencyProblems } from './dependency-problems.ts';
import type { Path, SpecDocument } from './document.ts';
import { invariantProblems } from './invariant-problems.ts';
import { ipv6Problems } from './ipv6-problems.ts';
import { portRangeProblems } from './port-range-problems.ts';
import { mountProblems } from './mount-problems.ts';
import { hostsInSubnet, poolProblem } from './pool.ts';
import { problemAt, problemAtKey } from './problems.ts';
import { referencesIn } from './variable-text.ts';

/** `at` is what is wrong: the value at a path, or the name under which it stands. */
export type Report = (path: Path, code: string, message: string, hint: string, at?: 'value' | 'name') => void;

/** What a schema cannot say: values that contradict each other, and names of things that are not there. */
export function semanticProblems(document: SpecDocument, cluster: Cluster): readonly Problem[] {
  const problems: Problem[] = [...accountProblems(document, cluster.accounts)];
  const report: Report = (path, code, message, hint, at = 'value') => {
    const place = at === 'name' ? problemAtKey : problemAt;
    problems.push(place(document, path, { code, message, hint }));
  };
  names(cluster, report);
  volumes(cluster, report);
  for (const [name, role] of Object.entries(cluster.roles)) oneRole(cluster, name, role, report);
  forwards(cluster, report);
  mountProblems(cluster, report);
  dependencyProblems(cluster, report);
  links(cluster, report);
  suites(cluster, report);
  invariantProblems(cluster, report);
  variables(cluster, report);
  addresses(cluster, report);
  ipv6Problems(cluster, report);
  portRangeProblems(cluster, report);
  return problems;
}

/** Nodes are reached by their own name and, where a role has but one, by the role's: neither may mean two things. */
function names({ roles }: Cluster, report: Report): void {
  for (const name of Object.keys(roles)) {
    if (name === 'host')
      report(
        ['roles', name],
        'name',
        'a role cannot be called "host"',
        'suites use it for this machine; give the role another name',
        'name',
      );
    const [, other = '', number = ''] = /^(.+)-([1-9]\d*)$/.exec(name) ?? [];
    if (Number(number) > (roles[other]?.count ?? 0)) continue;
    if (other !== '')
      report(
        ['roles', name],
        'name-clash',
        `role "${name}" has the name of a node of role "${other}"`,
        'give the role another name',
        'name',
      );
  }
}

function volumes({ volumes: all, roles, accounts: owners }: Cluster, report: Report): void {
  for (const [name, volume] of Object.entries(all)) {
    const mounts = Object.keys(volume.mountedBy);
    if (mounts.length === 0) {
      report(
        ['volumes', name],
        'mount-on-nothing',
        `volume "${name}" is mounted by no role`,
        'name a role under mountedBy, or remove the volume',
        'name',
      );
    }
    for (const role of mounts) unknownRole(roles, role, ['volumes', name, 'mountedBy', role], report, 'name');
    const users = mounts.reduce((sum, role) => sum + (roles[role]?.count ?? 0), 0);
    if (!volume.shared && users > 1) {
      report(
        ['volumes', name],
        'not-shared',
        `volume "${name}" is mounted by ${users} nodes but is not shared`,
        'say "shared: true", or use disks: for one disk a node',
        'name',
      );
    }
    const known = ['root', ...owners.map((account) => account.name)];
    for (const owner of volume.owner?.split(':') ?? []) {
      if (known.includes(owner)) continue;
      report(
        ['volumes', name, 'owner'],
        'unknown-account',
        `owner "${owner}" is no account of this cluster`,
        suggestion(owner, known),
      );
    }
  }
}

function oneRole({ requireDigests }: Cluster, name: string, role: Role, report: Report): void {
  const at = ['roles', name] as const;
  const { image, init, ready, units, environment, files } = role;
  const byDigest = isByDigest(image);
  const isFolder = image.startsWith('.') || image.startsWith('/');
  if (!byDigest && !isFolder) {
    report(
      [...at, 'image'],
      'image-without-digest',
      `image "${image}" is neither a folder nor named by digest`,
      'write name@sha256: and 64 hex digits, or a folder such as ./images/worker',
    );
  } else if (!byDigest && requireDigests) {
    report(
      [...at, 'image'],
      'image-without-digest',
      `image "${image}" is built from a folder, and requireDigests is set`,
      'write name@sha256: and 64 hex digits, or leave requireDigests out',
    );
  }
  if (byDigest && init === 'systemd')
    report([...at, 'init'], 'init', `image "${image}" runs its own entrypoint`, 'init: image');
  if (init === 'image' && ready?.unit !== undefined) {
    report(
      [...at, 'ready', 'unit'],
      'ready-unit',
      `role "${name}" runs no systemd, so no unit can be waited for`,
      'use tcp, http, command or log',
    );
  }
  if (init === 'image' && units.length > 0) {
    report(
      [...at, 'units'],
      'units',
      `role "${name}" runs no systemd, so it has no units`,
      'remove units, or init: systemd',
    );
  }
  for (const [path, { owner }] of Object.entries(files)) {
    if (init === 'image' && owner !== 'root:root')
      report(
        [...at, 'files', path, 'owner'],
        'owner',
        `role "${name}" runs no systemd, so nothing could give ${path} to ${owner}`,
        'leave owner out, or put the file into the image by its stack.yaml',
      );
  }
  for (const [key, value] of Object.entries(environment)) {
    if (init === 'systemd' && !reachesLogins(value))
      report([...at, 'environment', key], 'environment', ...unreachable(key));
  }
}

/** Message and hint for a value that a login could not read. */
export function unreachable(name: string): readonly [message: string, hint: string] {
  return [
    `${name} has a "#" or a second line, which /etc/environment cannot hold`,
    'logins read that file; give it to a unit alone, by Environment= in its file',
  ];
}

function forwards({ roles }: Cluster, report: Report): void {
  const ports = new Map<number, string>();
  for (const [name, { forwards: all, count }] of Object.entries(roles)) {
    for (const [index, { hostPort }] of all.entries()) {
      if (hostPort === undefined) continue;
      const path = ['roles', name, 'forwards', index, 'hostPort'];
      const other = ports.get(hostPort);
      const hint = 'leave hostPort out: a free one is chosen and stands in handle.json';
      if (other !== undefined)
        report(path, 'port-clash', `host port ${hostPort} is already that of role "${other}"`, hint);
      if (count > 1)
        report(path, 'port-clash', `host port ${hostPort} cannot belong to ${count} nodes`, hint);
      ports.set(hostPort, name);
    }
  }
}

function links({ links: all, roles, dependencies }: Cluster, report: Report): void {
  const known = { ...roles, ...dependencies };
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
    if (suite.where === 'host' || Object.hasOwn(known, suite.where)) continue;
    report(
      ['suites', name, 'where'],
      'unknown-role',
      `"${suite.where}" is no role of this cluster`,
      suggestion(suite.where, ['host', ...Object.keys(known)]),
    );
  }
}

const literally = 'where the text "${" itself is meant, write "$${"';

function variables(cluster: Cluster, report: Report): void {
  const declared = Object.keys(cluster.variables);
  const check = (path: Path, text: string): void => {
    for (const { name, written } of referencesIn(text)) {
      if (name === null)
        report(
          path,
          'open-reference',
          `"${written}" is never closed`,
          `\${name} is a variable; ${literally}`,
        );
      else if (!declared.includes(name))
        report(path, 'unknown-variable', `variable "${name}" is not declared`, remedy(name));
    }
  };
  const remedy = (name: string): string => {
    if (!conceptName.safeParse(name).success) return `that is no variable's name; ${literally}`;
    return declared.length === 0 ? 'declare it under variables:' : suggestion(name, declared);
  };
  for (const [role, { environment }] of Object.entries(cluster.roles)) {
    for (const [key, value] of Object.entries(environment)) check(['roles', role, 'environment', key], value);
  }
  for (const [suite, { command }] of Object.entries(cluster.suites)) {
    for (const [index, word] of command.entries()) check(['suites', suite, 'command', index], word);
  }
  for (const [invariant, { command }] of Object.entries(cluster.invariants)) {
    for (const [index, word] of command.entries()) check(['invariants', invariant, 'command', index], word);
  }
  for (const [name, allowed] of Object.entries(cluster.choices)) {
    const value = cluster.variables[name];
    if (value === undefined)
      report(
        ['choices', name],
        'unknown-variable',
        `choices of "${name}", which is no variable`,
        suggestion(name, declared),
        'name',
      );
    else if (!allowed.includes(value))
      report(
        ['variables', name],
        'choice',
        `"${value}" is not among the choices of "${name}"`,
        suggestion(value, allowed),
      );
  }
}

function addresses({ pool, roles, dependencies }: Cluster, report: Report): void {
  const wrong = pool?.ipv4 === undefined ? null : poolProblem(pool.ipv4);
  if (wrong !== null) report(['pool', 'ipv4'], 'pool', wrong.message, wrong.hint);
  const ofRoles = Object.values(roles).reduce((sum, { count }) => sum + count, 0);
  const nodes = ofRoles + Object.keys(dependencies).length;
  if (nodes > hostsInSubnet)
    report(
      ['roles'],
      'too-many-nodes',
      `${nodes} nodes do not fit one network`,
      `at most ${hostsInSubnet} in all`,
      'name',
    );
}

function unknownRole(
  known: Readonly<Record<string, unknown>>,
  role: string,
  path: Path,
  report: Report,
  at: 'value' | 'name' = 'value',
): void {
  if (Object.hasOwn(known, role)) return;
  report(
    path,
    'unknown-role',
    `"${role}" is no role of this cluster`,
    suggestion(role, Object.keys(known)),
    at,
  );
}
