import { dirname } from 'node:path';
import { handleOf } from '../../infra/components/docker/handle.ts';
import { containerName } from '../../infra/components/docker/names.ts';
import { faultsOf } from '../../infra/plan/schedule.ts';
import type { HeldMemory } from '../../infra/plan/memory-limits.ts';
import { lastMomentMs } from '../../infra/plan/windows.ts';
import type { BoundPlan, PlannedNode, ScheduledFault } from '../../infra/plan/plan.ts';
import { countersFile, type KernelCounts } from '../evidence/kernel-counts.ts';
import type { RunEvidence } from '../evidence/run-evidence.ts';
import { allButProbes } from '../faults/links/link-probes.ts';
import type { FaultSession, FaultStage } from '../faults/session.ts';
import { InvariantWatch } from '../invariants/watch.ts';
import { DockerMachine } from '../nodes/machine.ts';
import type { NodeAccess } from '../nodes/node.ts';
import { runSuites } from '../suite/run-suites.ts';
import type { Golden } from '../suite/suite-run.ts';
import type { CleanupStack } from '../teardown/cleanup-stack.ts';
import type { Findings } from '../verdict/conclude.ts';
import { withDeadline } from '../with-deadline.ts';
import type { BegunTrial } from './begun-trial.ts';
import { bringUp } from './bring-up.ts';
import { compareNodes } from './compare-nodes.ts';
import { arm, degrade, heal, underSchedule } from './degrade.ts';
import { endedNodes } from './ended-nodes.ts';
import { Forwards, forwardsOf } from './forwards.ts';
import { isolateNode } from './isolation.ts';
import { MemoryWatch } from './memory-watch.ts';
import { untilReady } from './readiness.ts';
import type { Stage } from './stage.ts';

/** What is found on the way: written as soon as it is known, since whatever comes next may go wrong. */
export type Found = {
  -readonly [Name in keyof Omit<Findings, 'control'>]: Findings[Name];
} & {
  nodes: ReadonlyMap<string, NodeAccess>;
  /** Nodes that are down by our own doing. */
  away: () => ReadonlySet<string>;
  /** Sets nodes going again that stand still by our own doing. */
  wake: () => Promise<void>;
  /** By node, where there are no faults but those of the spec's own links: of others it would say something else. */
  memoryHeld: HeldMemory;
  /** Nobody is asked for invariants any more, and what was seen of them is among what is found. */
  endInvariants: () => Promise<void>;
};

export interface Undergoing extends BegunTrial {
  readonly bound: BoundPlan;
  readonly stage: Stage;
  readonly golden: Golden;
  /** The nodes' traffic is captured. */
  readonly pcap: boolean;
  readonly evidence: RunEvidence;
  /** Takes what is to be closed again. */
  readonly opened: CleanupStack;
}

/** A side-car undoes what it holds within ten seconds of the end of its input, or goes with its node. */
const closeDeadlineMs = 15_000;

/** What the cluster of a trial undergoes: up, ready, compared, faults in, suites, faults out. */
export async function undergo(found: Found, trial: Undergoing): Promise<void> {
  const { bound, stage, opened, recorder, folder, evidence } = trial;
  const { loaded } = bound;
  const ended = new AbortController();
  opened.add('keeping nodes cut off', () => {
    ended.abort();
  });
  const forwards = await Forwards.reserve(forwardsOf(loaded.plan));
  opened.add('closing the forwards', () => {
    forwards.close();
  });
  const handle = handleOf(bound, forwards.list);
  folder.writeJson('handle.json', handle);
  await evidence.open();
  const { nodes, recorded } = await bringUp(bound, trial, stage, ended.signal);
  found.nodes = nodes;
  found.parity = await compareNodes(loaded, nodes, trial, stage);
  forwards.open(nodes);
  if (trial.pcap) await evidence.capture(allButProbes);
  const invariants = watchInvariants(found, trial, nodes);
  const faults = faultsOf(loaded.plan).length > 0 ? await armed(found, trial, nodes, invariants) : null;
  await invariants.begin();
  if (faults !== null) await degrade(faults, recorder, stage.progress);
  const suites = async (): Promise<void> =>
    runSuites({
      suites: loaded.plan.suites,
      handle,
      // Suites need what evidence must not hold: it lies in the folder that goes with the run.
      handleFile: folder.writeClear('tmp/handle.json', handle),
      nodes,
      folder,
      processes: evidence.processes,
      recorder,
      specFolder: dirname(loaded.specFile),
      golden: trial.golden,
      scheduleMs: lastMomentMs(loaded.plan.schedule),
      signal: stage.interrupts.signal,
      ear: faults?.events ?? null,
      onEnded: (outcome) => {
        found.suites = [...found.suites, outcome];
      },
    });
  const memory = loaded.plan.schedule.length === 0 ? watchMemory(trial) : null;
  const title = `run ${loaded.plan.suites.map(({ name }) => name).join(', ') || 'no suite'}`;
  await stage.progress.step(title, async () =>
    recorder.phase('suite', async () => (faults === null ? suites() : underSchedule(faults, suites))),
  );
  if (memory !== null) found.memoryHeld = await memory.end();
  const healed = async (): Promise<void> => {
    await invariants.settled();
    await found.endInvariants();
  };
  if (faults === null) await healed();
  else Object.assign(found, await heal(faults, recorder, stage.progress, healed));
  found.down = [...(await endedNodes(nodes, (text) => folder.redactor.text(text))).values()];
  // Pulumi waits for its own network resource long after the nodes run; whatever it still finds wrong counts.
  await recorded;
}

function watchMemory({ bound, stage, opened }: Undergoing): MemoryWatch {
  const { nodes } = bound.loaded.plan;
  const watch = MemoryWatch.begin(
    new Map(
      nodes.map(({ name }) => [name, new DockerMachine(stage.engine, containerName(bound, name))] as const),
    ),
  );
  opened.add('no longer looking at memory', async () => watch.close());
  return watch;
}

function watchInvariants(
  found: Found,
  { bound, stage, recorder, folder }: Undergoing,
  nodes: ReadonlyMap<string, NodeAccess>,
): InvariantWatch {
  const watch = new InvariantWatch({
    planned: bound.loaded.plan.invariants,
    ...{ nodes, recorder, folder },
    away: () => found.away(),
    signal: stage.interrupts.signal,
  });
  found.endInvariants = async () => {
    found.invariants = await watch.end();
  };
  return watch;
}

/** Side-cars are there, and everything was measured as it is; nothing is in force yet. */
async function armed(
  found: Found,
  { bound, stage, opened, recorder, folder }: Undergoing,
  nodes: ReadonlyMap<string, NodeAccess>,
  invariants: InvariantWatch,
): Promise<FaultSession> {
  const { engine, toolbox, abilities, faultDriver: driver, progress, interrupts } = stage;
  const { signal } = interrupts;
  const ready = async (node: PlannedNode): Promise<void> => {
    const access = nodes.get(node.name);
    if (access === undefined) throw new Error(`node ${node.name} is not there`);
    await isolateNode(engine, bound, node.name, toolbox);
    await untilReady(node, access, signal, (text) => folder.redactor.text(text));
  };
  // What stands on links all the time is there in the control, too, and excuses nothing.
  const passing: ReadonlySet<ScheduledFault> = new Set(bound.loaded.plan.schedule);
  const onChange: FaultStage['onChange'] = (fault, change) => {
    if (!passing.has(fault)) return;
    if (change === 'came') invariants.faultCame(fault.id, fault.startMs !== null);
    else invariants.faultWent(fault.id);
  };
  const onCounted: FaultStage['onCounted'] = (counted) => {
    const line = { at: new Date().toISOString(), ms: recorder.nowMs(), ...counted } satisfies KernelCounts;
    folder.appendLine(countersFile, line);
  };
  const faultStage: FaultStage = {
    ...{ engine, bound, nodes, toolbox, abilities, recorder, signal, driver, ready },
    ...{ onChange, onCounted },
  };
  const session = await arm(faultStage, progress);
  found.away = () => session.away;
  found.wake = async () => session.wake();
  opened.add('ending the leases of the faults', async () =>
    withDeadline('the side-cars', closeDeadlineMs, session.close()),
  );
  return session;
}
