import { join } from 'node:path';
import type { LoadedPlan } from '../../infra/plan/plan.ts';
import type { RunFolder } from '../evidence/run-folder.ts';
import type { NodeAccess } from '../nodes/node.ts';
import type { Difference } from '../parity/difference.ts';
import { inspect } from '../parity/inspect.ts';
import type { Progress, Step } from '../progress.ts';
import type { BegunTrial } from './begun-trial.ts';
import type { Stage } from './stage.ts';

interface Comparing {
  readonly loaded: LoadedPlan;
  readonly nodes: ReadonlyMap<string, NodeAccess>;
  readonly folder: RunFolder;
  readonly signal: AbortSignal;
  /** Hears of nodes that could not be asked. */
  readonly note: (text: string) => void;
}

/** What every node of a trial is, kept as evidence, and in what it is not what production is. */
export async function compareNodes(
  loaded: LoadedPlan,
  nodes: ReadonlyMap<string, NodeAccess>,
  { folder, recorder }: BegunTrial,
  { progress, interrupts }: Stage,
): Promise<readonly Difference[]> {
  const note = (text: string): void => {
    recorder.record({ type: 'note', text });
  };
  const comparing = { loaded, nodes, folder, signal: interrupts.signal, note };
  return await progress.step(titleOf(loaded), async (step) =>
    recorder.phase('parity', async () => compare(comparing, step)),
  );
}

/** The same for a cluster that is no trial's, and so has no story to be part of. */
export async function compareRaised({
  progress,
  ...comparing
}: Omit<Comparing, 'note'> & { readonly progress: Progress }): Promise<readonly Difference[]> {
  const note = (text: string): void => {
    progress.note(text);
  };
  return await progress.step(titleOf(comparing.loaded), async (step) =>
    compare({ ...comparing, note }, step),
  );
}

async function compare(
  { loaded, nodes, folder, signal, note }: Comparing,
  step: Step,
): Promise<readonly Difference[]> {
  const inspected = await inspect(loaded, nodes, signal);
  for (const { node, facts, why } of inspected) {
    if (facts !== null) folder.writeJson(join('facts', `${node}.json`), facts);
    else note(`no facts of ${node}: ${why}`);
  }
  const differences = inspected.flatMap((one) => one.differences);
  folder.writeJson('parity.json', differences);
  const blocking = differences.filter((one) => one.class === 'blocking').length;
  if (loaded.reference !== null) step.update(`${blocking} blocking, ${differences.length} in all`);
  return differences;
}

function titleOf({ reference }: LoadedPlan): string {
  return reference === null ? 'note what every node is' : 'compare every node with production';
}
