import { z } from 'zod';

const texts = z.record(z.string(), z.array(z.string()));

/**
 * What one machine is, as images/probe.sh sees it. One schema for captured production, for our nodes and for drift.
 * A value that could not be had is null, never a guess.
 */
export const Facts = z.strictObject({
  schema: z.literal(1),
  /** Where the facts come from; facts of one of our own nodes are refused as a reference. */
  source: z.strictObject({
    how: z.enum(['docker', 'ssh', 'local', 'ssm']),
    target: z.string(),
    understudyNode: z.boolean(),
    capturedAt: z.iso.datetime(),
    uid: z.int(),
  }),
  os: z.strictObject({ id: z.string(), version: z.string(), codename: z.string().nullable() }),
  kernel: z.strictObject({ release: z.string(), machine: z.string() }),
  hostName: z.string(),
  addresses: z.array(z.string()),
  accounts: z.record(
    z.string(),
    z.strictObject({
      uid: z.int(),
      gid: z.int(),
      home: z.string(),
      shell: z.string(),
      groups: z.array(z.string()),
    }),
  ),
  groups: z.record(z.string(), z.strictObject({ gid: z.int(), members: z.array(z.string()) })),
  packages: z.strictObject({
    dpkg: z.record(z.string(), z.string()),
    pip: z.record(z.string(), z.string()),
    npm: z.record(z.string(), z.string()),
  }),
  environment: z.record(z.string(), z.string()),
  units: z.record(
    z.string(),
    z.strictObject({
      state: z.string(),
      enabled: z.string(),
      user: z.string().nullable(),
      environment: z.record(z.string(), z.string()).nullable(),
      /** How the manager runs it, as `systemctl show` has it; of those alone that run, or are enabled. */
      settings: z.record(z.string(), z.string()).nullable(),
    }),
  ),
  limits: z.record(z.string(), z.strictObject({ soft: z.string(), hard: z.string() })),
  sysctls: z.record(z.string(), z.string()),
  mounts: z.record(
    z.string(),
    z.strictObject({
      type: z.string(),
      sizeBytes: z.int().nullable(),
      inodes: z.int().nullable(),
      options: z.string(),
    }),
  ),
  timeZone: z.string().nullable(),
  timeSource: z.string().nullable(),
  locale: z.string().nullable(),
  /** Rules of sudoers by the file that they stand in; null where nobody but root may read them, and it was not root who did. */
  sudo: texts.nullable(),
  /** What runs at a time of its own, by the file that says so: lines of cron's tables, "@daily" of a script in its folder. */
  cron: texts.nullable(),
  /** Timers that are active → what they start, and when. */
  timers: z.record(z.string(), z.string()).nullable(),
  /** Of logins, by /etc/login.defs. */
  umask: z.string().nullable(),
  /** `domain kind item` of limits.conf(5) → value. */
  loginLimits: z.record(z.string(), z.string()).nullable(),
  /** Python environments beside the system's own, by their folder. */
  virtualenvs: z
    .record(
      z.string(),
      z.strictObject({ python: z.string().nullable(), packages: z.record(z.string(), z.string()) }),
    )
    .nullable(),
  listening: z.array(
    z.strictObject({ protocol: z.enum(['tcp', 'udp']), address: z.string(), port: z.int() }),
  ),
  /** Paths of the values that were secret, as far as could be told, and were not kept. */
  redacted: z.array(z.string()),
});
export type Facts = z.infer<typeof Facts>;

/** The reference that a cluster is compared with: captured facts of one production machine a role. */
export const ReferenceFacts = z.strictObject({
  schema: z.literal(1),
  roles: z.record(z.string(), Facts),
});
export type ReferenceFacts = z.infer<typeof ReferenceFacts>;
