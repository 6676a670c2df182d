import { loadedDependency } from '../../infra/plan/dependency-node.ts';
import fc from 'fast-check';
import { Cluster } from '../../infra/spec/cluster.ts';
import { Profile } from '../../infra/spec/fault.ts';
import { planCluster, type PlanInput } from '../../infra/plan/plan-cluster.ts';
import type { Plan } from '../../infra/plan/plan.ts';

/** A cluster.yaml as data, as an author would write it, with any number of roles, whose names never clash. */
export type RawSpec = Record<string, unknown> & {
  readonly roles: Record<string, Record<string, unknown>>;
  readonly dependencies: Record<string, unknown>;
};

const name = fc
  .stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z]$/)
  .filter((one) => one !== 'host' && one !== 'constructor');
const path = fc.stringMatching(/^\/[a-z]{1,6}(\/[a-z._-]{2,6}[a-z]){0,2}$/);
const oneLine = fc.stringMatching(/^[ -"$-~äλ字]{0,12}$/).filter((one) => !one.includes('${'));
const variable = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/);

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });
const without = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

const disk = fc
  .record({ sizeMiB: fc.integer({ min: 1, max: 512 }), inodes: optional(fc.integer({ min: 16, max: 1024 })) })
  .map(without);

const role = fc
  .record({
    image: fc.constant('./node'),
    init: fc.constantFrom('systemd', 'image'),
    count: optional(fc.integer({ min: 1, max: 6 })),
    cpus: optional(fc.constantFrom(0.5, 1, 2)),
    memoryMiB: optional(fc.integer({ min: 16, max: 1024 })),
    // One folder below /disk: none is a volume's, and none hides a file.
    disks: optional(
      fc.dictionary(
        path.map((one) => `/disk${one}`),
        disk,
        { maxKeys: 3 },
      ),
    ),
    environment: optional(fc.dictionary(variable, oneLine, { maxKeys: 4 })),
    sysctls: optional(
      fc.dictionary(fc.stringMatching(/^net\.[a-z_]{1,8}$/), fc.constantFrom('0', '1'), { maxKeys: 3 }),
    ),
    limits: optional(
      fc.record({ nofile: fc.integer({ min: 1, max: 9999 }), coreKiB: fc.integer({ min: 0, max: 9 }) }),
    ),
    forwards: optional(fc.array(fc.record({ port: fc.integer({ min: 1, max: 65535 }) }), { maxLength: 2 })),
  })
  .map((one): Record<string, unknown> => without(one));

const port = fc.integer({ min: 1, max: 65535 });

const httpDependency = fc
  .record({
    protocol: optional(fc.constant('http')),
    port,
    mock: fc.uniqueArray(
      fc
        .record({
          route: fc.stringMatching(/^(GET|POST) \/[a-z]{0,3}(\/\*)?$/),
          status: optional(fc.constantFrom(200, 404)),
          body: optional(fc.string({ maxLength: 9 })),
          headers: optional(fc.dictionary(fc.stringMatching(/^x-[a-z]{1,3}$/), fc.constantFrom('a', 'b'))),
        })
        .map(without),
      { minLength: 1, maxLength: 3, selector: (one) => one['route'] },
    ),
  })
  .map(without);

const bytes = fc.oneof(
  fc.string({ maxLength: 9 }),
  fc.record({ hex: fc.stringMatching(/^([0-9a-f]{2}){0,4}$/) }),
);

const tcpDependency = fc.record({
  protocol: fc.constant('tcp'),
  ports: fc.uniqueArray(fc.record({ port, greeting: bytes, asks: optional(bytes) }).map(without), {
    minLength: 1,
    maxLength: 3,
    selector: (one) => one['port'],
  }),
});

const dependency = fc.oneof(httpDependency, tcpDependency);

/** Every value of it is allowed, and no two contradict each other. */
export const rawSpec: fc.Arbitrary<RawSpec> = fc
  .record({
    name,
    roles: fc.dictionary(name, role, { minKeys: 1, maxKeys: 5 }),
    variables: fc.dictionary(name, oneLine, { maxKeys: 3 }),
    sizes: fc.dictionary(name, disk, { maxKeys: 3 }),
    // Longer than any role's name.
    dependencies: fc.dictionary(fc.stringMatching(/^dependency-[a-c]$/), dependency, { maxKeys: 2 }),
    links: fc.array(fc.record({ delayMs: fc.constantFrom(1, 1.5, 20), both: fc.nat() }), { maxLength: 3 }),
    suites: fc.dictionary(
      name,
      fc.array(
        oneLine.filter((one) => one !== ''),
        { minLength: 1, maxLength: 3 },
      ),
      {
        maxKeys: 3,
      },
    ),
  })
  .map(({ roles, sizes, links, suites, ...rest }) => {
    const names = Object.keys(roles);
    const roleAt = (index: number): string => names[index % names.length] ?? '';
    return {
      ...rest,
      roles,
      volumes: Object.fromEntries(
        Object.entries(sizes).map(([volume, size], index) => [
          volume,
          { ...size, shared: true, mountedBy: { [roleAt(index)]: `/volumes/${volume}` } },
        ]),
      ),
      links: links.map(({ delayMs, both }) => ({ from: roleAt(both), to: roleAt(both + 1), delayMs })),
      suites: Object.fromEntries(
        Object.entries(suites).map(([suite, command], index) => [suite, { command, where: roleAt(index) }]),
      ),
    };
  })
  // A link of a role of one node to itself has no packet to carry.
  .filter(({ links, roles }) =>
    links.every(({ from, to }) => from !== to || (roles[from]?.['count'] ?? 1) !== 1),
  );

const window = fc
  .tuple(fc.nat(20_000), fc.nat(5_000), fc.integer({ min: 1, max: 10_000 }))
  .map(([from, width, lasting]) => ({ from: [from, from + width], untilMs: from + width + lasting }));

const fault = fc.oneof(
  fc.record({ kind: fc.constant('network.delay'), delayMs: fc.integer({ min: 1, max: 500 }), when: window }),
  // When all others are over: nothing of them would show on a link that is cut.
  fc.record({
    kind: fc.constant('network.partition'),
    when: window.map(({ from, untilMs }) => ({
      from: from.map((ms) => ms + 40_000),
      untilMs: untilMs + 40_000,
    })),
  }),
  fc.record({
    kind: fc.constant('network.delay'),
    delayMs: fc.integer({ min: 1, max: 500 }),
    when: fc.constant({}),
  }),
);

/** Profiles of faults that may be in force together, on every link. */
export const profiles: fc.Arbitrary<readonly Profile[]> = fc
  .uniqueArray(
    fc.tuple(
      name,
      fc.uniqueArray(fc.tuple(name, fault), { minLength: 1, maxLength: 4, selector: ([n]) => n }),
    ),
    {
      maxLength: 3,
      selector: ([profile]) => profile,
    },
  )
  .filter(
    (all) =>
      all.flatMap(([, faults]) => faults).filter(([, { kind }]) => kind === 'network.partition').length <= 1,
  )
  .map((all) =>
    all.map(([profile, faults]) =>
      Profile.parse({
        name: profile,
        description: 'any',
        faults: faults.map(([faultName, { when, ...rest }]) => ({
          name: faultName,
          on: { links: 'all' },
          ...rest,
          ...when,
        })),
      }),
    ),
  );

export const seed = fc.nat({ max: Number.MAX_SAFE_INTEGER });

/** A plan of a spec with at least two nodes, so that there are links. */
export function planOf(raw: RawSpec, chosen: readonly Profile[], drawn: number): Plan {
  return planCluster(inputOf(raw, chosen, drawn));
}

export function inputOf(raw: RawSpec, chosen: readonly Profile[], drawn: number): PlanInput {
  const cluster = Cluster.parse(raw);
  const roles = Object.keys(cluster.roles);
  return {
    cluster,
    profiles: chosen,
    seed: drawn,
    variables: cluster.variables,
    suites: Object.keys(cluster.suites),
    dependencies: Object.fromEntries(
      Object.entries(cluster.dependencies).map(([one, dependency]) => [
        one,
        loadedDependency(dependency, () => ''),
      ]),
    ),
    images: Object.fromEntries(
      [...roles, ...Object.keys(cluster.dependencies)].map((one) => [
        one,
        { kind: 'built', inputsHash: `hash of ${one}` },
      ]),
    ),
    stacks: [],
    files: {},
  };
}

/** The same data with the keys of every map in another order, except where order is meaning: of roles and suites. */
export function reordered(value: unknown, keep = false): unknown {
  if (Array.isArray(value)) return value.map((one) => reordered(one));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [
    key,
    reordered(one, key === 'roles' || key === 'suites'),
  ]);
  return Object.fromEntries(keep ? entries : entries.reverse());
}

export function nodeCount({ roles, dependencies }: RawSpec): number {
  const standIns = Object.keys(dependencies).length;
  return (
    standIns +
    Object.values(roles).reduce((sum, { count }) => sum + (typeof count === 'number' ? count : 1), 0)
  );
}
