import { z } from 'zod';

/** Debian's own rules for names of accounts, groups and packages (policy 5.6.1, useradd(8)). */
const accountName = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'a Unix account name: a-z, 0-9, _ and -');
const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'a Debian package name');
const environmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'an environment variable name');
/** Not empty; a control character would end the line of a file, or of a Dockerfile, in the middle. */
const oneLine = z.string().regex(/^(\t|\P{Cc})+$/u, 'a text on one line, not empty');
const absolutePath = z
  .string()
  .regex(/^\/\P{Cc}*$/u, 'an absolute path')
  .refine(
    (path) =>
      path === '/' ||
      !path
        .slice(1)
        .split('/')
        .some((name) => ['', '.', '..'].includes(name)),
    'a path without "..", "." or "//", and without "/" at its end',
  );
const unitName = z.string().regex(/^[A-Za-z0-9:_.\\@-]+$/, 'the name of a systemd unit');
const fileOwner = z
  .string()
  .regex(/^[a-z0-9_][a-z0-9_-]*(:[a-z0-9_][a-z0-9_-]*)?$/, 'account or account:group, by name or number');
const fileMode = z.string().regex(/^[0-7]{3,4}$/, 'an octal mode such as "0644"');

export const Account = z.strictObject({
  name: accountName,
  uid: z.int().min(1).max(65533),
  gid: z.int().min(1).max(65533).optional(),
  groups: z.array(accountName).default([]),
  shell: absolutePath.default('/bin/bash'),
  home: absolutePath.optional(),
  /**
   * `none`, `all` (without a password), or the commands that the account may run as root, by absolute path and with
   * their arguments; as in sudoers(5) `*` and `?` match anything, and a command without arguments allows any.
   */
  sudo: z
    .union([
      z.enum(['none', 'all']),
      z.array(z.string().regex(/^\/\P{Cc}+$/u, 'a command by its absolute path, on one line')).min(1),
    ])
    .default('none'),
});
export type Account = z.infer<typeof Account>;

/** A file to put into a node: its text inline, or copied from a path relative to the file that declares it. */
export const PlacedFile = z
  .strictObject({
    content: z.string().optional(),
    source: z.string().min(1).optional(),
    mode: fileMode.default('0644'),
    owner: fileOwner.default('root:root'),
  })
  .refine(
    (file) => (file.content === undefined) !== (file.source === undefined),
    'exactly one of "content" and "source"',
  );
export type PlacedFile = z.infer<typeof PlacedFile>;

export const Packages = z.strictObject({
  /** Debian package → upstream version ("5:7.0.15"; any Debian revision of it will do) or "*". */
  apt: z.record(packageName, oneLine).default({}),
  /** PyPI project → exact version. */
  pip: z.record(oneLine, oneLine).default({}),
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
  environment: z.record(environmentName, oneLine.or(z.literal(''))).default({}),
  /** systemd units to enable; their files come with a package or under `files`. */
  units: z.array(unitName).default([]),
  /** Units to switch off although a package enables them. */
  maskedUnits: z.array(unitName).default([]),
  /** Run while the image is built, after files are in place: argv, one RUN each. */
  commands: z.array(z.array(z.string().min(1)).min(1)).default([]),
  timeZone: z
    .string()
    .regex(/^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/, 'a zone of tzdata such as Europe/Berlin')
    .default('Etc/UTC'),
  locale: z
    .string()
    .regex(/^[A-Za-z0-9_.@-]+$/, 'a locale such as C.UTF-8')
    .default('C.UTF-8'),
  sysctls: z.record(oneLine, oneLine).default({}),
  limits: Limits.prefault({}),
  /** `systemd`: the node boots units, as a VM does. `image`: the image's own entrypoint is process 1. */
  init: z.enum(['systemd', 'image']).default('image'),
});
export type Stack = z.infer<typeof Stack>;

/** `name@sha256:…`, complete. */
export function isByDigest(image: string): boolean {
  return /@sha256:[0-9a-f]{64}$/.test(image);
}

/** Logins read /etc/environment, and pam_env ends a value at "#", in quotes or not; a line is the most it can hold. */
export function reachesLogins(value: string): boolean {
  return !/#|[^\P{Cc}\t]/u.test(value);
}

export { absolutePath, accountName, environmentName, fileMode, fileOwner, oneLine, packageName, unitName };
