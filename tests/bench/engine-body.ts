import type { EqualCluster, EqualNode } from './equal-cluster.ts';

// No import of values: peers load this file, and their start counts.

/** Pure: the engine's own words for a network and a node, as POST /networks/create and /containers/create want them. */
export function networkBody({ network }: EqualCluster) {
  return {
    Name: network.name,
    CheckDuplicate: true,
    Internal: true,
    IPAM: { Config: [{ Subnet: network.subnet, Gateway: network.gateway }] },
    Labels: { ...network.labels },
  };
}

const MiB = 1024 * 1024;

export function containerBody(node: EqualNode) {
  const [network] = node.networksAdvanced;
  return {
    name: node.name,
    Hostname: node.hostname,
    Image: node.image,
    ...(node.command === undefined ? {} : { Cmd: node.command }),
    Env: node.envs,
    Labels: labelsOf(node),
    ...(node.stopSignal === undefined ? {} : { StopSignal: node.stopSignal }),
    HostConfig: {
      Memory: node.memory * MiB,
      MemorySwap: node.memorySwap * MiB,
      CapDrop: node.capabilities.drops,
      CapAdd: node.capabilities.adds,
      Dns: node.dns,
      Binds: node.volumes.map(({ hostPath, containerPath }) => `${hostPath}:${containerPath}:rw`),
      ...(node.tmpfs === undefined ? {} : { Tmpfs: node.tmpfs }),
      ...(node.securityOpts === undefined ? {} : { SecurityOpt: node.securityOpts }),
      ...(node.cgroupnsMode === undefined ? {} : { CgroupnsMode: node.cgroupnsMode }),
      LogConfig: { Type: node.logDriver, Config: node.logOpts },
      NetworkMode: network.name,
    },
    NetworkingConfig: {
      EndpointsConfig: {
        [network.name]: { IPAMConfig: { IPv4Address: network.ipv4Address }, Aliases: network.aliases },
      },
    },
  };
}

export function labelsOf({ labels }: EqualNode): Record<string, string> {
  return Object.fromEntries(labels.map(({ label, value }) => [label, value]));
}
