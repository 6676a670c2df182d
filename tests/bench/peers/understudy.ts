import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot, runsRoot } from '../../../infra/places.ts';
import { listClusters } from '../../../scripts/teardown/clusters.ts';
import { destroyCluster } from '../../../scripts/teardown/destroy-cluster.ts';
import type { RunEngine } from '../../../scripts/teardown/tear-down.ts';
import { startCommand } from './command.ts';
import type { Competitor } from './contender.ts';
import { installedVersion } from './installed-version.ts';

const launcher = join(packageRoot, 'scripts/understudy');
const Up = z.object({ runId: z.string() });

/**
 * Understudy as its users run it. What a killed benchmark leaves up is due after a quarter of an hour: the next command
 * reaps it.
 */
export function understudy(engine: RunEngine): Competitor {
  return {
    name: 'understudy',
    description: `understudy up / down (Pulumi ${installedVersion('@pulumi/pulumi')})`,
    async open({ file, loaded, signal }) {
      const mine = async () =>
        (await listClusters(engine)).filter(({ cluster, mine }) => mine && cluster === loaded.plan.cluster);
      const [earlier] = await mine();
      if (earlier !== undefined)
        throw new Error(`${earlier.runId} is still up: understudy down --run ${earlier.runId}`);
      let runId: string | null = null;
      return {
        up: () => {
          const running = startCommand(launcher, ['up', file, '--ttl', '15m', '--json'], { signal });
          const done = running.done.then((ended) => {
            ({ runId } = Up.parse(JSON.parse(ended.stdout)));
            return ended;
          });
          done.catch(() => undefined);
          return { ...running, done };
        },
        down: () => startCommand(launcher, ['down', '--run', runId ?? '', '--json'], { signal }),
        [Symbol.asyncDispose]: async () => {
          for (const cluster of await mine()) {
            const residue = await destroyCluster(engine, cluster);
            if (residue.length > 0) throw new Error(`left behind: ${residue.join(', ')}`);
          }
          if (runId !== null) rmSync(join(runsRoot(), runId), { recursive: true, force: true });
        },
      };
    },
  };
}
