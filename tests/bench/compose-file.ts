import { createHash } from 'node:crypto';
import { labelsOf } from './engine-body.ts';
import type { EqualCluster } from './equal-cluster.ts';

/** Pure: what docker-compose 1.29, whose files are JSON as well. */
export function composeFile({ network, nodes }: EqualCluster): string {
  const services = nodes.map((node) => {
    const [{ ipv4Address, aliases }] = node.networksAdvanced;
    const service = {
      container_name: node.name,
      hostname: node.hostname,
      image: node.image,
      command: node.command,
      mem_limit: `${node.memory}m`,
      memswap_limit: `${node.memorySwap}m`,
      cap_drop: node.capabilities.drops,
      cap_add: node.capabilities.adds,
      dns: node.dns,
      labels: labelsOf(node),
      logging: { driver: node.logDriver, options: node.logOpts },
      networks: { cluster: { ipv4_address: ipv4Address, aliases } },
    };
    return [node.hostname, service] as const;
  });
  return JSON.stringify({
    version: '2.4',
    services: Object.fromEntries(services),
    networks: {
      cluster: {
        name: network.name,
        internal: true,
        ipam: { config: [{ subnet: network.subnet, gateway: network.gateway }] },
        labels: network.labels,
      },
    },
  });
}

/** A project name that no other compose project has. */
export function composeProject({ runId }: EqualCluster): string {
  return `us${createHash('sha256').update(runId).digest('hex').slice(0, 12)}`;
}
