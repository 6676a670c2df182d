import { z } from 'zod';
import {
  absolutePath,
  Account,
  environmentName,
  fileOwner,
  Limits,
  oneLine,
  Packages,
  PlacedFile,
  unitName,
} from '../../images/stack.ts';
import { Dependency } from './dependency.ts';
import { mostDescribed } from './described.ts';
import { linkValues } from './faults/network.ts';
import { Invariant } from './invariant.ts';
import { isPattern } from './faults/pattern.ts';

/** Names of clusters, roles, volumes, suites and variables: they become host names, labels and file names. */
export const conceptName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'lower-case letters, digits and "-", starting with a letter, at most 40');
const port = z.int().min(1).max(65535);

const references = '${name} stands for the value of a variable, $${ for the text ${ itself';

const sizedDisk = { sizeMiB: z.int().min(1).max(1_048_576), inodes: z.int().min(16).optional() };

/** Exactly one condition, polled until it holds or `timeoutMs` has passed. */
export const Readiness = z
  .strictObject({
    unit: unitName.optional(),
    tcp: port.optional(),
    http: z
      .strictObject({
        port,
        path: z.string().regex(/^\/[\x21-\x7e]*$/, 'a path that begins with "/", as it goes over the wire'),
        status: z.int().min(100).max(599).default(200),
      })
      .optional(),
    command: z.array(z.string()).min(1).optional(),
    /** A regular expression that a line of the node's journal or container log must match. */
    log: oneLine.refine(isPattern, 'a regular expression').optional(),
    timeoutMs: z.int().positive().default(60_000),
  })
  .refine(
    (ready) =>
      [ready.unit, ready.tcp, ready.http, ready.command, ready.log].filter((one) => one !== undefined)
        .length === 1,
    'exactly one of "unit", "tcp", "http", "command" and "log"',
  );
export type Readiness = z.infer<typeof Readiness>;

export const Role = z.strictObject({
  /** A folder with a stack.yaml (relative to the cluster.yaml), or `name@sha256:…` with `init: image`. */
  image: z.string().min(1),
  init: z.enum(['systemd', 'image']),
  count: z.int().min(1).max(200).default(1),
  cpus: z.number().positive().max(256).optional(),
  memoryMiB: z.int().min(16).default(256),
  pids: z.int().min(16).default(512),
  units: z.array(unitName).default([]),
  disks: z.record(absolutePath, z.strictObject(sizedDisk)).default({}),
  ready: Readiness.optional(),
  forwards: z.array(z.strictObject({ port, hostPort: port.optional() })).default([]),
  environment: z
    .record(environmentName, z.string().regex(/^[^\0]*$/, 'a text without NUL'))
    .default({})
    .describe(references),
  files: z.record(absolutePath, PlacedFile).default({}),
  packages: Packages.prefault({}),
  limits: Limits.prefault({}),
  /** Cores of processes that crash are kept as evidence; not redacted. */
  cores: z.boolean().default(false),
  sysctls: z.record(oneLine, oneLine).default({}),
  capabilities: z.array(z.string().regex(/^[A-Z_]+$/, 'a capability such as NET_ADMIN')).default([]),
  command: z.array(z.string()).min(1).optional(),
});
export type Role = z.infer<typeof Role>;

export const Link = z.strictObject({
  from: conceptName,
  to: conceptName,
  delayMs: linkValues.delayMs.optional(),
  jitterMs: linkValues.jitterMs.optional(),
  lossRatio: linkValues.lossRatio.optional(),
  rateMbit: linkValues.rateMbit.optional(),
});

export const Suite = z.strictObject({
  command: z.array(z.string().min(1)).min(1).describe(references),
  where: z.string().min(1).default('host'),
  /** Working directory, relative to the cluster.yaml. */
  dir: z.string().min(1).default('.'),
  /** JUnit file that the command writes, relative to `dir`. */
  junit: z.string().min(1).optional(),
  timeoutMs: z.int().positive().default(600_000),
});
export type Suite = z.infer<typeof Suite>;

/** A difference from the reference that its author knows of and accepts. `*` in `fact` stands for anything. */
export const Allowance = z.strictObject({
  fact: z.string().min(1),
  why: z.string().min(1),
  /** True: only where the node has a later version than the reference. */
  newer: z.boolean().default(false),
});
export type Allowance = z.infer<typeof Allowance>;

/**
 * cluster.yaml, as its author writes it. In environment values and in commands of suites and invariants `${name}` is a
 * variable's value, and `$${` is the text `${` itself.
 */
export const Cluster = z.strictObject({
  name: conceptName,
  description: z.string().max(mostDescribed).optional(),
  variables: z.record(conceptName, z.string()).default({}),
  /** Values that a variable may take; a variable without an entry takes any. */
  choices: z.record(conceptName, z.array(z.string()).min(1)).default({}),
  accounts: z.array(Account).default([]),
  volumes: z
    .record(
      conceptName,
      z.strictObject({
        ...sizedDisk,
        shared: z.boolean().default(false),
        mountedBy: z.record(conceptName, absolutePath),
        /** Owner of the volume's root directory, `account` or `account:group`; a group is that of another account. */
        owner: fileOwner.optional(),
      }),
    )
    .default({}),
  roles: z.record(conceptName, Role).refine((roles) => Object.keys(roles).length > 0, 'at least one role'),
  /** Servers that the software calls, by the name that it calls them by. */
  dependencies: z.record(conceptName, Dependency).default({}),
  links: z.array(Link).default([]),
  suites: z.record(conceptName, Suite).default({}),
  /** What must hold meanwhile. */
  invariants: z.record(conceptName, Invariant).default({}),
  /** Facts captured from production, relative to the cluster.yaml: every run proves that its nodes are alike. */
  reference: z.string().min(1).optional(),
  allowances: z.array(Allowance).default([]),
  egress: z.enum(['deny', 'allow']).default('deny'),
  /** Address pool of the cluster's network; contracts.md gives the default. */
  pool: z
    .strictObject({
      ipv4: z.cidrv4('an IPv4 network such as 198.18.0.0/15').optional(),
      ipv6: z.cidrv6('an IPv6 network such as 2001:2::/48').optional(),
    })
    .optional(),
  /** True is refused, and by what (ipv6-problems.ts): there is no cluster with IPv6 yet. */
  ipv6: z.boolean().default(false),
  /** True: every image must be named by digest; none is built from a folder. */
  requireDigests: z.boolean().default(false),
});
export type Cluster = z.infer<typeof Cluster>;
