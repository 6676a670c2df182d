import { environmentFile, managerEnvironment } from '../../images/environment-files.ts';
import { reachesLogins } from '../../images/stack.ts';
import { UsageError } from '../errors.ts';
import type { Cluster } from '../spec/cluster.ts';
import type { Profile } from '../spec/fault.ts';
import { defaultSettleMs } from '../spec/invariant.ts';
import { firstHost } from '../spec/pool.ts';
import { unreachable } from '../spec/semantics.ts';
import { interpolated } from '../spec/variable-text.ts';
import { digestOf } from './canonical.ts';
import { dependencyRole, plannedDependency, specOf, type LoadedDependency } from './dependency-node.ts';
import { ownedFiles } from './owned-files.ts';
import type {
  Plan,
  PlanHashes,
  PlannedFile,
  PlannedImage,
  PlannedInvariant,
  PlannedNode,
  PlannedVolume,
  RenderedStack,
} from './plan.ts';
import { conditions, schedule } from './schedule.ts';

/** Documentation ranges that no production network uses (contracts: "Address pool"). */
export const defaultPool = { ipv4: '198.18.0.0/15', ipv6: '2001:2::/48' } as const;

export interface PlanInput {
  readonly cluster: Cluster;
  readonly profiles: readonly Profile[];
  readonly seed: number;
  /** Every declared variable with its value. */
  readonly variables: Readonly<Record<string, string>>;
  /** Names of the suites to run, in the spec's order. */
  readonly suites: readonly string[];
  readonly images: Readonly<Record<string, PlannedImage>>;
  readonly stacks: readonly RenderedStack[];
  /** Files of each role with their content read. */
  readonly files: Readonly<Record<string, readonly PlannedFile[]>>;
  /** By name; their images stand under it too. */
  readonly dependencies: Readonly<Record<string, LoadedDependency>>;
}

/** Pure: equal input gives an equal plan, byte for byte. */
export function planCluster(input: PlanInput): Plan {
  const { cluster, profiles, seed, variables } = input;
  const nodes = plannedNodes(input);
  const standing = conditions(cluster.links, nodes);
  const suites = input.suites.flatMap((name) => {
    const suite = cluster.suites[name];
    if (suite === undefined) return [];
    return [{ ...suite, name, command: suite.command.map((word) => interpolated(word, variables)) }];
  });
  return {
    schema: 1,
    cluster: cluster.name,
    seed,
    variables,
    profiles: profiles.map(({ name }) => name).sort(),
    accounts: cluster.accounts,
    egress: cluster.egress,
    pool: { ipv4: cluster.pool?.ipv4 ?? defaultPool.ipv4, ipv6: cluster.pool?.ipv6 ?? defaultPool.ipv6 },
    nodes,
    volumes: plannedVolumes(cluster, nodes),
    stacks: input.stacks,
    conditions: standing,
    schedule: schedule(profiles, { nodes, seed, standing, suitesOn: suites.map(({ where }) => where) }),
    suites,
    invariants: plannedInvariants(cluster, nodes, variables),
    reference: cluster.reference ?? null,
    allowances: cluster.allowances,
  };
}

export function hashesOf(plan: Plan): PlanHashes {
  const control = { ...withoutFaults(plan), seed: 0 };
  return { planHash: digestOf(plan), scheduleHash: digestOf(plan.schedule), controlHash: digestOf(control) };
}

/** The same plan without its faults: what the control runs. */
export function withoutFaults(plan: Plan): Plan {
  const control = { ...plan, profiles: [], schedule: [] };
  delete control.versions;
  return control;
}

function plannedNodes(input: PlanInput): readonly PlannedNode[] {
  const { cluster, variables, images, dependencies } = input;
  // After the roles, whose nodes keep their numbers.
  const standIns = byKey(dependencies);
  const roles = [
    ...Object.entries(cluster.roles),
    ...standIns.map(([name, one]) => [name, dependencyRole(one)] as const),
  ];
  const files = {
    ...input.files,
    ...Object.fromEntries(standIns.map(([name, one]) => [name, [specOf(one)]])),
  };
  let host = firstHost;
  return roles.flatMap(([role, spec]) =>
    Array.from({ length: spec.count }, (_, index): PlannedNode => {
      const image = images[role];
      const dependency = Object.hasOwn(dependencies, role) ? dependencies[role] : undefined;
      if (image === undefined) throw new Error(`role ${role} was planned without an image`);
      const environment = Object.fromEntries(
        Object.entries(spec.environment).map(([name, value]) => [name, interpolated(value, variables)]),
      );
      return {
        name: `${role}-${index + 1}`,
        role,
        host: host++,
        init: spec.init,
        image,
        cpus: spec.cpus ?? null,
        memoryMiB: spec.memoryMiB,
        pids: spec.pids,
        units: spec.units,
        disks: byKey(spec.disks).map(([path, { sizeMiB, inodes }]) => ({
          path,
          sizeMiB,
          inodes: inodes ?? null,
        })),
        environment,
        files: [
          ...(files[role] ?? []),
          ...(spec.init === 'systemd' ? machineFiles(environment, files[role] ?? []) : []),
        ].sort((one, other) => (one.path < other.path ? -1 : 1)),
        limits: spec.limits,
        sysctls: spec.sysctls,
        capabilities: spec.capabilities,
        command: spec.command ?? null,
        ready: spec.ready ?? null,
        forwards: spec.forwards.map(({ port, hostPort }) => ({ port, hostPort: hostPort ?? null })),
        ...(spec.cores ? { cores: true as const } : {}),
        ...(dependency === undefined ? {} : { dependency: plannedDependency(dependency) }),
      };
    }),
  );
}

function machineFiles(
  environment: Readonly<Record<string, string>>,
  files: readonly PlannedFile[],
): readonly PlannedFile[] {
  return [...environmentFiles(environment), ...ownedFiles(files)];
}

/** Units do not inherit the container's environment: systemd and pam are told by files. */
function environmentFiles(environment: Readonly<Record<string, string>>): readonly PlannedFile[] {
  if (Object.keys(environment).length === 0) return [];
  // The spec was checked as it is written; a variable may have put something else in.
  for (const [name, value] of Object.entries(environment)) {
    const [message, hint] = unreachable(name);
    if (!reachesLogins(value)) throw new UsageError('environment', message, { hint });
  }
  const file = (path: string, content: string): PlannedFile => ({
    path,
    content,
    mode: '0644',
    owner: 'root:root',
  });
  return [
    file('/etc/environment', environmentFile(environment)),
    file('/etc/systemd/system.conf.d/70-understudy-role.conf', managerEnvironment(environment)),
  ];
}

function plannedVolumes(cluster: Cluster, nodes: readonly PlannedNode[]): readonly PlannedVolume[] {
  return byKey(cluster.volumes).map(([name, { sizeMiB, inodes, owner, mountedBy }]) => ({
    name,
    sizeMiB,
    inodes: inodes ?? null,
    owner: owner ?? null,
    mounts: nodes.flatMap(({ name: node, role }) => {
      const path = Object.hasOwn(mountedBy, role) ? mountedBy[role] : undefined;
      return path === undefined ? [] : [{ node, path }];
    }),
  }));
}

function plannedInvariants(
  { invariants }: Cluster,
  nodes: readonly PlannedNode[],
  variables: PlanInput['variables'],
): readonly PlannedInvariant[] {
  return byKey(invariants).map(([name, { where, nodes: which, command, ...invariant }]) => {
    const all = nodes.filter(({ role }) => role === where).map((node) => node.name);
    return {
      ...invariant,
      name,
      role: where,
      command: command.map((word) => interpolated(word, variables)),
      holdsOn: which === 'any' ? 'any' : 'each',
      nodes: which === 'first' ? all.slice(0, 1) : all,
      settleMs: invariant.during === 'always' ? 0 : (invariant.settleMs ?? defaultSettleMs),
      recoversWithinMs: invariant.recoversWithinMs ?? null,
    };
  });
}

/** Roles and suites keep their author's order, which numbers and sequence come from; of all else it means nothing. */
function byKey<T>(values: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}
