import { z } from 'zod';

/** handle.json: all that a suite needs to reach the cluster. Published by `understudy schema handle`. */
export const Handle = z.strictObject({
  schema: z.literal(1),
  runId: z.string(),
  cluster: z.string(),
  backend: z.enum(['docker', 'aws']),
  variables: z.record(z.string(), z.string()),
  /** The account by which any systemd node reaches any other over ssh; null where the spec declares none. */
  account: z.string().nullable(),
  nodes: z.array(
    z.strictObject({
      name: z.string(),
      role: z.string(),
      init: z.enum(['systemd', 'image']),
      /** Inside the cluster only: neither controller nor host-side suites open a socket to it. */
      address: z.string(),
      container: z.string(),
    }),
  ),
  roles: z.record(z.string(), z.array(z.string())),
  /** Ports of nodes on the host's loopback, for as long as the run lasts. */
  forwards: z.array(
    z.strictObject({ node: z.string(), port: z.int(), host: z.literal('127.0.0.1'), hostPort: z.int() }),
  ),
  /** `[...exec, node, "--", ...argv]` runs a command in a node: exit code and both streams are the command's own. */
  exec: z.array(z.string()),
});
export type Handle = z.infer<typeof Handle>;
