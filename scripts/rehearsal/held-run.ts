import type Docker from 'dockerode';
import { engineEndpoint } from '../../infra/components/docker/engine.ts';
import { engineNetworks } from '../../infra/components/docker/networks.ts';
import { boundPlan } from '../../infra/plan/bind.ts';
import { loadOrCreateBoundRun, owner } from '../../infra/plan/bound-run.ts';
import type { BoundPlan, LoadedPlan } from '../../infra/plan/plan.ts';
import { secretsOfRun } from '../../infra/plan/secrets.ts';
import type { RunFolder } from '../evidence/run-folder.ts';
import { acquireLease, releaseLease } from '../teardown/lease-store.ts';
import { removeStack } from '../teardown/pulumi-stack.ts';
import { lateMakersMs, tearDown } from '../teardown/tear-down.ts';
import { startWatcher, type Watcher } from '../teardown/watcher.ts';
import { messageOf } from '../../infra/errors.ts';

export interface RunBegin {
  readonly runId: string;
  readonly loaded: LoadedPlan;
  readonly engine: Docker;
  readonly folder: RunFolder;
  /** How long labels say that its objects may live; null: as long as the lease. */
  readonly maxTtlMs: number | null;
}

/** A run whose lease is taken, whose names and keys are bound, and which somebody watches: now it may make something. */
export interface HeldRun {
  readonly bound: BoundPlan;
  readonly watcher: Watcher;
}

/**
 * The lease comes first, since whatever dies from then on is found by it: the keys of the run's nodes are written next.
 * Where it goes wrong nothing is left of either.
 */
export async function holdRun({ runId, loaded, engine, folder, maxTtlMs }: RunBegin): Promise<HeldRun> {
  const stack = runId;
  const created = new Date().toISOString();
  acquireLease({
    runId,
    stack,
    owner: owner(),
    cluster: loaded.plan.cluster,
    engine: engineEndpoint().url,
    runFolder: folder.path,
    created,
    expires: null,
  });
  try {
    const identity = { runId, stack, created, maxTtlMs };
    const bound = boundPlan(loaded, loadOrCreateBoundRun(loaded, identity, await engineNetworks(engine)));
    const { redactor, path: runFolder } = folder;
    redactor.learn(secretsOfRun(bound.run, loaded.plan.nodes));
    return { bound, watcher: await startWatcher({ runId, stack, runFolder, redactor, env: process.env }) };
  } catch (error) {
    removeStack(stack);
    releaseLease(runId);
    throw error;
  }
}

/** Takes down what a run has made, and never throws: a tear-down that ends early is residue that nobody has looked at. */
export async function takeDown(
  { run }: BoundPlan,
  docker: Docker,
  folder: RunFolder,
  { wasCutShort }: { readonly wasCutShort: boolean },
): Promise<readonly string[]> {
  const { runId, stack } = run;
  const { url, local } = engineEndpoint();
  return await tearDown({
    engine: { docker, local, description: url },
    runId,
    stack,
    runFolder: folder.path,
    settleMs: wasCutShort ? lateMakersMs : 0,
  }).catch((error: unknown) => {
    const why = messageOf(error);
    return [`unknown: tear-down of ${runId} ended early (${why})`];
  });
}
