import type { BoundPlan } from '../../infra/plan/plan.ts';
import type { NodeAccess } from '../nodes/node.ts';
import { temporaryFolder } from '../teardown/residue.ts';
import type { BegunTrial } from './begun-trial.ts';
import { isolate, keepIsolated } from './isolation.ts';
import { limitProcesses } from './process-limits.ts';
import { provision, type Provisioned } from './provision.ts';
import { untilReady } from './readiness.ts';
import type { Stage } from './stage.ts';

/** Every node runs, is cut off from all but the cluster (anew after each restart, until `ended`), and is ready. */
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
      await Promise.all([
        isolate(stage.engine, bound, stage.toolbox),
        limitProcesses(stage.engine, bound),
        ...readyNodes(bound, cluster.nodes, begun, stage.interrupts.signal),
      ]);
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

function readyNodes(
  bound: BoundPlan,
  nodes: ReadonlyMap<string, NodeAccess>,
  { recorder, folder }: BegunTrial,
  signal: AbortSignal,
): readonly Promise<void>[] {
  return bound.loaded.plan.nodes.map(async (node) => {
    const access = nodes.get(node.name);
    if (access === undefined) throw new Error(`node ${node.name} was not provisioned`);
    await untilReady(node, access, signal, (text) => folder.redactor.text(text));
    recorder.record({ type: 'node', node: node.name, state: 'ready' });
  });
}
