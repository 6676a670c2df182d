import { z } from 'zod';

/** Debian's own rules for names of accounts, groups and packages (policy 5.6.1, useradd(8)). */
const accountName = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'a Unix account name: a-z, 0-9, _ and -');
const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'a Debian package name');
const environmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'an environment variable name');
const absolutePath = z
  .string()
  .regex(/^\/[^\0\n]*$/, 'an absolute path')
  .refine((path) => !path.split('/').includes('..'), 'a path without ".."');
const fileMode = z.string().regex(/^[0-7]{3,4}$/, 'an octal mode such as "0644"');

export const Account = z.strictObject({
  name: accountName,
  uid: z.int().min(1).max(65533),
  gid: z.int().min(1).max(65533).optional(),
  groups: z.array(accountName).default([]),
  shell: absolutePath.default('/bin/bash'),
  home: absolutePath.optional(),
  /** `none`, `all` (without a password), or the exact commands that the account may run as root. */
  sudo: z.union([z.enum(['none', 'all']), z.array(z.string().min(1)).min(1)]).default('none'),
});
export type Account = z.infer<typeof Account>;

/** A file to put into a node: its text inline, or copied from a path relative to the file that declares it. */
export const PlacedFile = z
  .strictObject({
    content: z.string().optional(),
    source: z.string().min(1).optional(),
    mode: fileMode.default('0644'),
    owner: z.string().default('root:root'),
  })
  .refine(
    (file) => (file.content === undefined) !== (file.source === undefined),
    'exactly one of "content" and "source"',
  );
export type PlacedFile = z.infer<typeof PlacedFile>;

export const Packages = z.strictObject({
  /** Debian package → upstream version ("5:7.0.15"; any Debian revision of it will do) or "*". */
  apt: z.record(packageName, z.string().min(1)).default({}),
  /** PyPI project → exact version. */
  pip: z.record(z.string().min(1), z.string().min(1)).default({}),
});

/** Limits of a unit or login, as in limits.conf(5); the hard limit is raised with the soft one. */
export const Limits = z.strictObject({
  nofile: z.int().positive().optional(),
  nproc: z.int().positive().optional(),
  coreKiB: z.int().nonnegative().optional(),
});

/**
 * What is inside a node: everything that two machines must share to be called the same. It is rendered to a Dockerfile
 * here (dockerfile.ts) and to cloud-init for a VM later; it knows nothing of clusters.
 */
export const Stack = z.strictObject({
  /** `name:tag@sha256:…`, or a folder (relative to this file) that holds another stack.yaml. */
  base: z.string().min(1),
  description: z.string().optional(),
  accounts: z.array(Account).default([]),
  packages: Packages.prefault({}),
  files: z.record(absolutePath, PlacedFile).default({}),
  environment: z.record(environmentName, z.string()).default({}),
  /** systemd units to enable; their files come with a package or under `files`. */
  units: z.array(z.string().min(1)).default([]),
  /** Units to switch off although a package enables them. */
  maskedUnits: z.array(z.string().min(1)).default([]),
  /** Run while the image is built, after files are in place: argv, one RUN each. */
  commands: z.array(z.array(z.string().min(1)).min(1)).default([]),
  timeZone: z
    .string()
    .regex(/^[A-Za-z_+-]+(\/[A-Za-z0-9_+-]+)*$/)
    .default('Etc/UTC'),
  locale: z.string().default('C.UTF-8'),
  sysctls: z.record(z.string(), z.string()).default({}),
  limits: Limits.prefault({}),
  /** `systemd`: the node boots units, as a VM does. `image`: the image's own entrypoint is process 1. */
  init: z.enum(['systemd', 'image']).default('image'),
});
export type Stack = z.infer<typeof Stack>;

export { absolutePath, accountName, environmentName };
