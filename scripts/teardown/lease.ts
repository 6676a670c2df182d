import { z } from 'zod';
import { liveness, type ProcessTable } from './process-table.ts';

export const HostProcess = z.strictObject({
  host: z.string(),
  bootId: z.string(),
  pid: z.int().positive(),
  startTime: z.string(),
});

/** Run ids and stack names become file names of the state folder: nothing may lead out of it. */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);

/** The record that keeps a cluster alive: stateRoot()/leases/<runId>.json. It outlives every process of the run. */
export const Lease = z.strictObject({
  schema: z.literal(1),
  runId: fileName,
  /** Pulumi stack that the run's state is kept in. */
  stack: fileName,
  owner: z.string(),
  cluster: z.string(),
  /** The engine that holds the containers: another one finds nothing by label, and must not conclude "gone". */
  engine: z.string(),
  /** Null for a cluster that never had one: made by plain `pulumi up` and given a lease by `extend`. */
  holder: HostProcess.nullable(),
  /** The process that tears down when the holder is gone. */
  watcher: HostProcess.nullable(),
  kept: z.boolean(),
  /** Why it is kept or was extended. */
  reason: z.string(),
  created: z.iso.datetime(),
  expires: z.iso.datetime().nullable(),
  runFolder: z.string().nullable(),
});
export type Lease = z.infer<typeof Lease>;

/** Why a run may be destroyed by whoever finds it; null while it may not (contracts: "A run is reapable when …"). */
export type ReapReason = 'expired' | 'holder-dead';

export function reapReason(lease: Lease, nowMs: number, table: ProcessTable): ReapReason | null {
  if (lease.expires !== null && Date.parse(lease.expires) <= nowMs) return 'expired';
  if (lease.kept || lease.holder === null) return null;
  return liveness(lease.holder, table) === 'dead' ? 'holder-dead' : null;
}

/** The watcher of a dead holder is at work, saves evidence first, and ends by itself: it goes before any reaper. */
export function watcherAtWork(lease: Lease, table: ProcessTable): boolean {
  return (
    lease.watcher !== null &&
    lease.holder !== null &&
    liveness(lease.holder, table) === 'dead' &&
    liveness(lease.watcher, table) === 'alive'
  );
}

/** Expiry by labels, for objects whose lease record is gone: null where the cluster was made without a limit. */
export function labelledExpiryMs(labels: Readonly<Record<string, string>>): number | null {
  const createdMs = Date.parse(labels['dev.understudy.created'] ?? '');
  const maxTtlMs = Number(labels['dev.understudy.maxttl'] ?? '');
  return Number.isNaN(createdMs) || !(maxTtlMs > 0) ? null : createdMs + maxTtlMs;
}
