/**
 * The raw Engine API through dockerode, and nothing else: `node engine-program.ts up|down FILE`. FILE holds what to
 * make (RawCluster), in the engine's own words. Prints how long it took without Node's own start.
 */
import Docker from 'dockerode';
import { readFileSync } from 'node:fs';
import type { RawCluster } from './engine.ts';

const [verb = '', file = ''] = process.argv.slice(2);
const engine = new Docker();
const beganMs = performance.now();

const cluster: unknown = JSON.parse(readFileSync(file, 'utf8'));
if (!isCluster(cluster)) throw new Error(`${file} holds no cluster`);
await (verb === 'up' ? up(cluster) : down(cluster));
process.stdout.write(`${JSON.stringify({ apiMs: Math.round(performance.now() - beganMs) })}\n`);

async function up({ network, containers }: RawCluster): Promise<void> {
  await engine.createNetwork(network);
  await Promise.all(
    containers.map(async ({ body, archive }) => {
      const container = await engine.createContainer(body);
      if (archive !== null) await container.putArchive(Buffer.from(archive, 'base64'), { path: '/' });
      await container.start();
    }),
  );
}

/** As everybody who cleans up must: found by label, not remembered. */
async function down({ runLabel, network }: RawCluster): Promise<void> {
  const containers = await engine.listContainers({ all: true, filters: { label: [runLabel] } });
  await Promise.all(
    containers.map(async ({ Id }) => {
      await engine.getContainer(Id).remove({ force: true, v: true });
    }),
  );
  await engine.getNetwork(network.Name).remove();
}

/** Written a moment ago by who started us; to load a schema library for it would count as the raw API's time. */
function isCluster(value: unknown): value is RawCluster {
  return typeof value === 'object' && value !== null && 'network' in value && 'containers' in value;
}
