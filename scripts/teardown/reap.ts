import { setTimeout as delay } from 'node:timers/promises';
import { HostError, messageOf } from '../../infra/errors.ts';
import { silentProgress, type Progress } from '../progress.ts';
import { sweepBuilds } from './build-leftovers.ts';
import { abandonedBuilds } from './build-record.ts';
import { forgetEmptyStacks, listClusters } from './clusters.ts';
import { destroyCluster } from './destroy-cluster.ts';
import type { KnownCluster } from './inventory.ts';
import { anyLease } from './lease-store.ts';
import { sweepOrphans } from './maker.ts';
import { whyReaped } from './reap-words.ts';
import { connectRunEngine } from './run-engine.ts';
import type { Residue } from './sweep.ts';
import type { RunEngine } from './tear-down.ts';

export interface ReapOptions {
  readonly engine: RunEngine;
  readonly dryRun: boolean;
  readonly progress: Progress;
  /** Which of the caller's reapable clusters; all of them by default. */
  readonly only?: (cluster: KnownCluster) => boolean;
}

export interface Reaped {
  readonly cluster: KnownCluster;
  readonly residue: readonly Residue[];
}

export interface ReapReport {
  readonly reaped: readonly Reaped[];
  /** Reapable, the caller's, and still there: for a dry run, or because something resisted. */
  readonly left: readonly KnownCluster[];
  /** What killed image builds, and others who were killed before their run had a name, left and could not be removed. */
  readonly builds: readonly Residue[];
  /** Kept, live, without expiry, on another engine or somebody else's: listed, not touched. */
  readonly spared: readonly KnownCluster[];
}

/** A dead controller's watcher is done within 30 s of its death (scripts/teardown/aftermath.ts). */
const watcherMs = 35_000;

/** Destroys the caller's own clusters that are expired, or neither kept nor held by a living process. */
export async function reapClusters(options: ReapOptions): Promise<ReapReport> {
  const { engine, dryRun, progress, only = () => true } = options;
  const clusters = await listClusters(engine);
  const due = clusters.filter((one) => isDue(one) && only(one));
  const spared = clusters.filter((one) => !due.includes(one));
  if (dryRun) return { reaped: [], left: due, builds: [], spared };

  const reaped: Reaped[] = [];
  for (const cluster of due) {
    reaped.push(
      await progress.step(`reap ${cluster.runId}`, async (step) => {
        if (cluster.watched) {
          step.update('its watcher is at work');
          if (await watcherDone(engine, cluster.runId)) return { cluster, residue: [] };
        }
        return { cluster, residue: await destroyCluster(engine, cluster) };
      }),
    );
  }
  const left = reaped.filter(({ residue }) => residue.length > 0).map(({ cluster }) => cluster);
  await forgetEmptyStacks(engine);
  const nameless = [...(await sweepBuilds(engine)), ...(await sweepOrphans(engine.docker))];
  return { reaped, left, builds: nameless, spared };
}

/**
 * The cheap form for the start of other commands: clears what dead runs left, without a word where there is nothing. No
 * lease and no killed build: then it asks the engine one thing. A run whose watcher is at work is left to it. Never throws:
 * the command that the user asked for goes on.
 */
export async function reapQuietly(progress: Progress = silentProgress): Promise<void> {
  try {
    const engine = await connectRunEngine();
    if (!engine.local) return;
    if (!anyLease() && abandonedBuilds(engine.description).length === 0) {
      await sweepOrphans(engine.docker);
      return;
    }
    const { reaped, builds } = await reapClusters({
      engine,
      dryRun: false,
      progress,
      only: ({ watched }) => !watched,
    });
    for (const { cluster, residue } of reaped) progress.note(reapedLine(cluster, residue));
    for (const residue of builds) progress.note(`could not remove what a killed build left: ${residue}`);
  } catch (error) {
    progress.note(`could not look for leftovers: ${messageOf(error)}`);
  }
}

export function reapedLine(cluster: KnownCluster, residue: readonly Residue[]): string {
  const said = `${cluster.runId}: ${whyReaped(cluster)}`;
  return residue.length === 0
    ? `reaped ${said}`
    : `could not reap all of ${said}; left: ${residue.join(', ')}`;
}

/** A production engine must not lose clusters by an unlucky `docker context use`: a remote one has to be named. */
export function refuseUnnamedRemote(
  { local, description }: RunEngine,
  env: Readonly<Record<string, string | undefined>>,
): void {
  const named = [env['DOCKER_HOST'], env['DOCKER_CONTEXT']].some(
    (value) => value !== undefined && value !== '',
  );
  if (local || named) return;
  throw new HostError('remote-engine', `the current Docker context is not on this machine (${description})`, {
    hint: 'name it to mean it: DOCKER_CONTEXT=<name> understudy reap',
  });
}

function isDue({ mine, reapable, elsewhere }: KnownCluster): boolean {
  return mine && reapable !== null && !elsewhere;
}

/** True once the watcher of `runId` has released the lease; false where it ended or took too long without. */
async function watcherDone(engine: RunEngine, runId: string): Promise<boolean> {
  const deadline = performance.now() + watcherMs;
  for (;;) {
    const now = (await listClusters(engine)).find((one) => one.runId === runId);
    if (now === undefined) return true;
    if (!now.watched || performance.now() > deadline) return false;
    await delay(250);
  }
}
