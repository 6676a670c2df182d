import { z } from 'zod';
import type { HostMechanism } from '../../infra/components/docker/host.ts';
import { networkName } from '../../infra/components/docker/names.ts';
import { nodeArguments } from '../../infra/components/docker/node.ts';
import type { BoundPlan } from '../../infra/plan/plan.ts';

const words = z.array(z.string());

const upload = { file: z.string(), permissions: z.string() };
const Upload = z.union([
  z.strictObject({ ...upload, content: z.string() }),
  // How the plugin is told of an empty file.
  z
    .strictObject({ ...upload, source: z.literal('/dev/null') })
    .transform(({ file, permissions }) => ({ file, permissions, content: '' })),
]);

/**
 * A node as Understudy asks the plugin for it. Strict: what a node gains one day must be given to the peers too, or the
 * comparison fails instead of becoming unequal.
 */
const EqualNode = z.strictObject({
  name: z.string(),
  hostname: z.string(),
  image: z.string(),
  memory: z.number(),
  memorySwap: z.number(),
  command: words.optional(),
  networksAdvanced: z.tuple([z.strictObject({ name: z.string(), ipv4Address: z.string(), aliases: words })]),
  dns: words,
  capabilities: z.strictObject({ drops: words, adds: words }),
  volumes: z.array(z.strictObject({ hostPath: z.string(), containerPath: z.string() })),
  uploads: z.array(Upload),
  sysctls: z.strictObject({}),
  ulimits: z.tuple([]),
  labels: z.array(z.strictObject({ label: z.string(), value: z.string() })),
  logDriver: z.string(),
  logOpts: z.record(z.string(), z.string()),
  cgroupnsMode: z.enum(['private', 'host']).optional(),
  tmpfs: z.record(z.string(), z.string()).optional(),
  stopSignal: z.string().optional(),
  envs: words,
  securityOpts: words.optional(),
  // How the plugin goes about it, and nothing of the container.
  mustRun: z.literal(true),
  wait: z.literal(false),
  logs: z.literal(false),
  attach: z.literal(false),
});
export type EqualNode = z.infer<typeof EqualNode>;

/** What every contender is asked to make. */
export interface EqualCluster {
  readonly runId: string;
  readonly network: {
    readonly name: string;
    readonly subnet: string;
    readonly gateway: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly nodes: readonly EqualNode[];
}

/** Pure: the containers and the network of a bound plan, for those who make them without Understudy. */
export function equalCluster(bound: BoundPlan, host: HostMechanism): EqualCluster {
  const { subnet, runId } = bound.run;
  return {
    runId,
    network: {
      name: networkName(bound),
      subnet: subnet.ipv4,
      gateway: subnet.gateway4,
      labels: { ...bound.labels },
    },
    nodes: bound.loaded.plan.nodes.map((node) => EqualNode.parse(nodeArguments(bound, node, host))),
  };
}
