import type { BoundPlan } from '../../infra/plan/plan.ts';
import { temporaryFolder } from '../evidence/run-folder.ts';
import type { BegunTrial } from './begun-trial.ts';
import { clusterReady } from './cluster-ready.ts';
import { keepIsolated } from './isolation.ts';
import { provision, type Provisioned } from './provision.ts';
import type { Stage } from './stage.ts';

/**
 * Every node runs, is cut off from all but the cluster (anew after each restart, until `ended`), and is ready.
 * @throws NotReadyError where a node is not; by then nothing is being made any more, so that the cluster may be kept.
 */
export async function bringUp(
  bound: BoundPlan,
  begun: BegunTrial,
  stage: Stage,
  ended: AbortSignal,
): Promise<Provisioned> {
  const cluster = await provisionNodes(bound, begun, stage);
  await stage.progress.step('wait until every node is ready', async () =>
    begun.recorder.phase('ready', async () => {
      await keepIsolated(stage.engine, bound, stage.toolbox, ended);
      await clusterReady({
        engine: stage.engine,
        toolbox: stage.toolbox,
        bound,
        cluster,
        signal: stage.interrupts.signal,
        redact: (text) => begun.folder.redactor.text(text),
        onReady: (node) => {
          begun.recorder.record({ type: 'node', node, state: 'ready' });
        },
      });
    }),
  );
  return cluster;
}

async function provisionNodes(
  bound: BoundPlan,
  { folder, recorder }: BegunTrial,
  { engine, host, progress, interrupts: { signal } }: Stage,
): Promise<Provisioned> {
  const count = bound.loaded.plan.nodes.length;
  return await progress.step(`bring up ${count} nodes`, async (step) =>
    recorder.phase('provision', async () => {
      let running = 0;
      const onNode = (node: string): void => {
        running += 1;
        step.update(`${running} of ${count}`);
        recorder.record({ type: 'node', node, state: 'running' });
      };
      return await provision({
        bound,
        engine,
        host,
        temporary: temporaryFolder(folder.path),
        signal,
        onNode,
      });
    }),
  );
}
