import { join } from 'node:path';
import type { LoadedPlan } from '../../infra/plan/plan.ts';
import type { NodeAccess } from '../nodes/node.ts';
import type { Difference } from '../parity/difference.ts';
import { inspect } from '../parity/inspect.ts';
import type { BegunTrial } from './begun-trial.ts';
import type { Stage } from './stage.ts';

/** What every node is, kept as evidence, and in what it is not what production is. */
export async function compareNodes(
  loaded: LoadedPlan,
  nodes: ReadonlyMap<string, NodeAccess>,
  { folder, recorder }: BegunTrial,
  { progress, interrupts }: Stage,
): Promise<readonly Difference[]> {
  const title = loaded.reference === null ? 'note what every node is' : 'compare every node with production';
  return await progress.step(title, async (step) =>
    recorder.phase('parity', async () => {
      const inspected = await inspect(loaded, nodes, interrupts.signal);
      for (const { node, facts, why } of inspected) {
        if (facts !== null) folder.writeJson(join('facts', `${node}.json`), facts);
        else recorder.record({ type: 'note', text: `no facts of ${node}: ${why}` });
      }
      const differences = inspected.flatMap((one) => one.differences);
      folder.writeJson('parity.json', differences);
      const blocking = differences.filter((one) => one.class === 'blocking').length;
      if (loaded.reference !== null) step.update(`${blocking} blocking, ${differences.length} in all`);
      return differences;
    }),
  );
}
