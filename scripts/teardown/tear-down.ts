import type Docker from 'dockerode';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { releaseLease } from './lease-store.ts';
import { findRunProcesses, killProcess } from './process-table.ts';
import { removeStack } from './pulumi-stack.ts';
import { temporaryFolder } from '../evidence/run-folder.ts';
import { findResidue } from './residue.ts';
import { runObjects } from './run-objects.ts';
import { sweep, type ObjectStore, type Residue } from './sweep.ts';

export interface RunEngine {
  readonly docker: Docker;
  /** `engineEndpoint()`: an engine that is local shares this machine's /sys; the description goes into leases. */
  readonly local: boolean;
  readonly description: string;
}

/** A maker that was killed or cut off may have asked the engine for things that it is still making. */
export const lateMakersMs = 3_000;

export interface TearDownRequest {
  readonly engine: RunEngine;
  readonly runId: string;
  /** Null where the stack is not ours to remove: that of a plain `pulumi up`. */
  readonly stack: string | null;
  readonly runFolder: string | null;
  /** For the whole tear-down; what is left by then is named. 60 s by default. */
  readonly deadlineMs?: number;
  /** How long listings must stay empty: 0 where all makers have ended, `lateMakersMs` where they were killed. */
  readonly settleMs?: number;
}

/**
 * Nothing of the run survives: its processes, then its objects by label, then its stack, temporary folder and lease.
 * Objects go before the stack, so that a tear-down that is killed itself is found again. Returns what is left; the
 * lease stays while anything is, so that `reap` tries again.
 */
export async function tearDown(request: TearDownRequest): Promise<readonly Residue[]> {
  const { runId, stack, runFolder, deadlineMs = 60_000, settleMs = 0 } = request;
  await killRunProcesses(runId);
  const store = objectsOfRun(request.engine, runId);
  const left = await sweep(store, { deadlineMs, settleMs });
  if (left.length > 0) return left;

  if (stack !== null) removeStack(stack);
  if (runFolder !== null) rmSync(temporaryFolder(runFolder), { recursive: true, force: true });
  const residue = await findResidue({ store, runId, stack, runFolder });
  if (residue.length === 0) releaseLease(runId);
  return residue;
}

function objectsOfRun({ docker, local }: RunEngine, runId: string): ObjectStore {
  return runObjects({
    engine: docker,
    runId,
    ownCgroups: local && process.getuid?.() === 0,
  });
}

/**
 * SIGKILLs whatever still works for the run: Pulumi, its plugins, suites. Again until none is found, because one that
 * was forking may have had a child that the first look missed. Returns what it killed.
 */
export async function killRunProcesses(runId: string): Promise<readonly string[]> {
  const killed: string[] = [];
  for (let round = 0; round < 20; round += 1) {
    const found = findRunProcesses(runId);
    if (found.length === 0) break;
    for (const one of found) {
      if (killProcess(one)) killed.push(`${one.pid} ${one.command}`);
    }
    await delay(25); // until the kernel has ended them; whatever outlives 20 rounds is named by findResidue
  }
  return [...new Set(killed)];
}
