/**
 * testcontainers-node as its users write it: `node testcontainers-program.ts FILE`. Makes what FILE holds
 * (EqualCluster), says `up`, waits for a line on its standard input, stops everything and ends.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { GenericContainer, getContainerRuntimeClient, StartedNetwork } from 'testcontainers';
import { labelsOf, networkBody } from '../engine-body.ts';
import type { EqualCluster } from '../equal-cluster.ts';

const [file = ''] = process.argv.slice(2);
const cluster: unknown = JSON.parse(readFileSync(file, 'utf8'));
if (!isCluster(cluster)) throw new Error(`${file} holds no cluster`);

// Its `Network` takes neither labels nor `internal`; made through its own client, the network is as everybody's.
const client = await getContainerRuntimeClient();
const network = new StartedNetwork(
  client,
  cluster.network.name,
  await client.network.create(networkBody(cluster)),
);
const started = await Promise.all(
  cluster.nodes.map(async (node) =>
    new GenericContainer(node.image)
      .withName(node.name)
      .withHostname(node.hostname)
      .withCommand(node.command ?? [])
      .withLabels(labelsOf(node))
      .withDroppedCapabilities(...node.capabilities.drops)
      .withAddedCapabilities(...node.capabilities.adds)
      .withResourcesQuota({ memory: node.memory / 1024 })
      .withNetwork(network)
      .withNetworkAliases(...node.networksAdvanced[0].aliases)
      .start(),
  ),
);
process.stdout.write('up\n');
await once(process.stdin, 'data');
await Promise.all(started.map(async (container) => container.stop()));
await network.stop();
process.stdin.destroy();

/** Written a moment ago by who started us; to load a schema library for it would count as testcontainers' time. */
function isCluster(value: unknown): value is EqualCluster {
  return typeof value === 'object' && value !== null && 'network' in value && 'nodes' in value;
}
