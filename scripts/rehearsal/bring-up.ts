import type { BoundPlan, Plan } from '../../infra/plan/plan.ts';
import type { NodeAccess } from '../nodes/node.ts';
import { temporaryFolder } from '../teardown/residue.ts';
import type { BegunTrial } from './begun-trial.ts';
import { isolate, keepIsolated } from './isolation.ts';
import { provision, type Provisioned } from './provision.ts';
import { NotReadyError, untilReady, whileAlive } from './readiness.ts';
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
      const decided = new AbortController();
      const signal = AbortSignal.any([stage.interrupts.signal, decided.signal]);
      const watching = { ...begun, plan: bound.loaded.plan, nodes: cluster.nodes, signal };
      try {
        await Promise.all([isolateRunning(bound, stage, watching), ...readyNodes(watching)]);
      } catch (error) {
        decided.abort(); // nobody waits for the other nodes any more
        if (error instanceof NotReadyError) await cluster.recorded.catch(() => undefined);
        throw error;
      }
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

interface Watching extends BegunTrial {
  readonly plan: Plan;
  readonly nodes: ReadonlyMap<string, NodeAccess>;
  readonly signal: AbortSignal;
}

/** A node that has ended takes no routes: that it has, and why, is then the better answer. */
async function isolateRunning(
  bound: BoundPlan,
  { engine, toolbox }: Stage,
  watching: Watching,
): Promise<void> {
  try {
    await isolate(engine, bound, toolbox);
  } catch (error) {
    const { plan, signal, folder } = watching;
    for (const node of plan.nodes)
      await whileAlive(node, accessTo(node.name, watching), signal, (text) => folder.redactor.text(text));
    throw error;
  }
}

function readyNodes(watching: Watching): readonly Promise<void>[] {
  const { plan, signal, recorder, folder } = watching;
  return plan.nodes.map(async (node) => {
    await untilReady(node, accessTo(node.name, watching), signal, (text) => folder.redactor.text(text));
    recorder.record({ type: 'node', node: node.name, state: 'ready' });
  });
}

function accessTo(name: string, { nodes }: Watching): NodeAccess {
  const access = nodes.get(name);
  if (access === undefined) throw new Error(`node ${name} was not provisioned`);
  return access;
}
