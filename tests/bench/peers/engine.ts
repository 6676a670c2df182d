import type { ContainerCreateOptions, NetworkCreateOptions } from 'dockerode';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { packageRoot } from '../../../infra/places.ts';
import type { RunEngine } from '../../../scripts/teardown/tear-down.ts';
import { containerBody, networkBody } from '../engine-body.ts';
import type { EqualCluster, EqualNode } from '../equal-cluster.ts';
import { startCommand } from './command.ts';
import type { Competitor } from './contender.ts';
import { installedVersion } from './installed-version.ts';
import { openPeerRun } from './peer-run.ts';

/** What engine-program.ts reads. */
export interface RawCluster {
  readonly runLabel: string;
  readonly network: NetworkCreateOptions;
  readonly containers: readonly {
    readonly body: ContainerCreateOptions;
    /** Files to put there before the start, as base64 of a tar; null: none. */
    readonly archive: string | null;
  }[];
}

const program = join(packageRoot, 'tests/bench/peers/engine-program.ts');

/** The yardstick: the Engine API and nothing between. */
export function rawEngine(engine: RunEngine): Competitor {
  return {
    name: 'raw',
    description: `Engine API through dockerode ${installedVersion('dockerode')}, all containers at once`,
    async open({ loaded, signal }) {
      const run = await openPeerRun(engine, loaded);
      run.folder.writeJson('raw.json', await rawCluster(run.cluster));
      const start = (verb: string) =>
        startCommand(process.execPath, [program, verb, run.folder.file('raw.json')], {
          env: run.env,
          signal,
        });
      return {
        up: () => start('up'),
        down: () => start('down'),
        [Symbol.asyncDispose]: async () => run[Symbol.asyncDispose](),
      };
    },
  };
}

async function rawCluster(cluster: EqualCluster): Promise<RawCluster> {
  return {
    runLabel: `dev.understudy.run=${cluster.runId}`,
    network: networkBody(cluster),
    containers: await Promise.all(
      cluster.nodes.map(async (node) => ({ body: containerBody(node), archive: await archiveOf(node) })),
    ),
  };
}

async function archiveOf({ uploads }: EqualNode): Promise<string | null> {
  if (uploads.length === 0) return null;
  const archive = pack();
  for (const { file, content, permissions } of uploads)
    archive.entry({ name: file.slice(1), mode: parseInt(permissions, 8) }, content);
  archive.finalize();
  return (await buffer(archive)).toString('base64');
}
