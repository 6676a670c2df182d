import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateRoot } from '../../infra/places.ts';
import { Lease } from './lease.ts';
import { identify } from './process-table.ts';

export interface LeaseRequest {
  readonly runId: string;
  readonly stack: string;
  readonly owner: string;
  readonly cluster: string;
  /** `engineEndpoint().description`. */
  readonly engine: string;
  readonly runFolder: string | null;
  /** ISO 8601, UTC. */
  readonly created: string;
  /** Null: as long as this process lives. */
  readonly expires: string | null;
}

/** Takes the lease of a run for this process. The first thing a run does: before its watcher, before any resource. */
export function acquireLease(request: LeaseRequest): Lease {
  const lease: Lease = {
    schema: 1,
    ...request,
    holder: identify(process.pid),
    watcher: null,
    kept: false,
    reason: '',
  };
  writeLease(lease);
  return lease;
}

/** Changes what stands in a run's record; null where there is no record. */
export function updateLease(
  runId: string,
  change: Partial<Pick<Lease, 'watcher' | 'kept' | 'reason' | 'expires' | 'holder'>>,
): Lease | null {
  const lease = readLease(runId);
  if (lease === null) return null;
  const changed = { ...lease, ...change };
  writeLease(changed);
  return changed;
}

/** The cluster stays up without its holder until `expires`. */
export function keepLease(runId: string, reason: string, expires: string): Lease | null {
  return updateLease(runId, { kept: true, reason, expires });
}

/** The record goes: the last thing a tear-down does, after the proof that nothing is left. */
export function releaseLease(runId: string): void {
  // By prefix: a writer that was killed between writing and renaming left `<runId>.json.<pid>.tmp`.
  for (const file of filesIn(leaseFolder())) {
    if (file.startsWith(`${runId}.`)) rmSync(join(leaseFolder(), file), { force: true });
  }
}

export function readLease(runId: string): Lease | null {
  const lease = Lease.safeParse(parseJson(readOrNull(recordFile(runId)) ?? ''));
  return lease.success ? lease.data : null;
}

/** All leases of this state folder, oldest first. One that cannot be read is left out: labels still tell its expiry. */
export function readLeases(): readonly Lease[] {
  return filesIn(leaseFolder())
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => readLease(file.slice(0, -'.json'.length)) ?? [])
    .sort((a, b) => a.created.localeCompare(b.created));
}

/** Cheaper than reading: is there any lease to look at? */
export function anyLease(): boolean {
  return filesIn(leaseFolder()).some((file) => file.endsWith('.json'));
}

export function writeLease(lease: Lease): void {
  mkdirSync(leaseFolder(), { recursive: true, mode: 0o700 });
  // Written beside and renamed: a reader, or a kill in between, finds the old record or the new one, never half of it.
  const beside = `${recordFile(lease.runId)}.${process.pid}.tmp`;
  writeFileSync(beside, `${JSON.stringify(Lease.parse(lease))}\n`, { mode: 0o600 });
  renameSync(beside, recordFile(lease.runId));
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no run ever took a lease here
  }
}

const leaseFolder = (): string => join(stateRoot(), 'leases');
const recordFile = (runId: string): string => join(leaseFolder(), `${runId}.json`);

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
