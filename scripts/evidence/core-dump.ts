import { z } from 'zod';
import type { ProcessRecord } from './process-record.ts';
import { signalName } from './unit-records.ts';

/**
 * One entry of cores.json: a process that ended by a signal which leaves a core. `cores/<node>/<name>.<pid>.core` is its memory,
 * with all that was secret in it: nothing of it is redacted.
 */
export const CoreDump = z.strictObject({
  node: z.string(),
  /** Of the unit, the node or the suite. */
  name: z.string(),
  pid: z.int(),
  signal: z.string(),
  /** Relative to the run folder. null: there is none; see `absent`. */
  file: z.string().nullable(),
  bytes: z.number(),
  absent: z.string(),
});
export type CoreDump = z.infer<typeof CoreDump>;

export const coresFile = 'cores.json';
/** A larger one is left where it is, and said to be. */
export const maxCoreBytes = 256 * 2 ** 20;

/** Those whose default is to leave a core (signal(7)), and that a program gets for a mistake of its own. */
const coreSignals: ReadonlySet<string> = new Set(
  ['SEGV', 'ABRT', 'BUS', 'ILL', 'FPE', 'QUIT', 'SYS', 'TRAP', 'XCPU', 'XFSZ'].map((name) => `SIG${name}`),
);

/** Where a host's kernel leaves a core: the host's own setting, which nothing of ours changes. */
export type CorePattern =
  | { readonly to: 'files'; readonly pattern: string; readonly withPid: boolean }
  /** To a program of the host: no node sees it. */
  | { readonly to: 'program'; readonly program: string }
  | { readonly to: 'nowhere' };

/** Pure: of /proc/sys/kernel/core_pattern and core_uses_pid. */
export function corePatternOf(pattern: string, usesPid: string): CorePattern {
  const text = pattern.trim();
  if (text.startsWith('|')) return { to: 'program', program: text.slice(1).trim() };
  if (text === '' || text.startsWith('@'))
    return text === '' ? { to: 'nowhere' } : { to: 'program', program: text };
  return {
    to: 'files',
    pattern: text,
    withPid: usesPid.trim() === '1' && !/%[pPiI]/.test(text.replaceAll('%%', '')),
  };
}

/** Pure: why no core of a node can be had on such a host, and what would let it; null where it can. */
export function whyNoCores(pattern: CorePattern): string | null {
  switch (pattern.to) {
    case 'files':
      return null;
    case 'program':
      return `the host's kernel hands cores to a program of the host (${pattern.program}); with "sysctl kernel.core_pattern=core" it would leave them in the folder of who crashed`;
    case 'nowhere':
      return 'the host\'s kernel leaves no cores (kernel.core_pattern is empty); with "sysctl kernel.core_pattern=core" it would';
  }
}

/** Pure: the records of nodes that are to keep cores whose end leaves one. */
export function crashes(
  records: readonly ProcessRecord[],
  nodes: ReadonlySet<string>,
): readonly ProcessRecord[] {
  return records.filter((record) => {
    const signal = crashSignal(record);
    return record.node !== null && nodes.has(record.node) && signal !== null && coreSignals.has(signal);
  });
}

/**
 * Pure: the signal that ended it. The engine gives an entrypoint's, where nobody sent it, as 128 and its number alone, as a shell does
 * of what it ran: whether there is a core then tells which.
 */
export function crashSignal({ kind, signal, code }: ProcessRecord): string | null {
  if (signal !== null || kind !== 'entrypoint' || code === null || code <= 128) return signal;
  return signalName(code - 128);
}

/** Seconds are what file systems have at least; what is written as a process ends is written within one of that. */
const writtenWithinMs = 2_000;

/**
 * Pure: why a file at that path is not the core of this process: of another account, or not written while it lived and ended. Empty
 * where it may be.
 */
export function whyNotOf(
  { uid, start, exit }: Pick<ProcessRecord, 'uid' | 'start' | 'exit'>,
  file: { readonly uid: number; readonly writtenMs: number },
): string {
  if (uid !== null && file.uid !== uid) return `is of uid ${file.uid}, and who crashed was ${uid}`;
  const [from, until] = [start, exit].map((at) => (at === null ? NaN : Date.parse(at)));
  const isBefore = from !== undefined && file.writtenMs < from - writtenWithinMs;
  const isAfter = until !== undefined && file.writtenMs > until + writtenWithinMs;
  return isBefore || isAfter
    ? `was written at ${new Date(file.writtenMs).toISOString()}, when this process did not run`
    : '';
}

/** Pure: the file in which the core of a process is; a text in words where it cannot be known. */
export function corePath(
  { pattern, withPid }: Extract<CorePattern, { to: 'files' }>,
  { pid, cwd, uid }: Pick<ProcessRecord, 'pid' | 'cwd' | 'uid'>,
): { readonly path: string } | { readonly why: string } {
  if (pid === null) return { why: 'its number is not known' };
  const known: Readonly<Record<string, string | null>> = {
    '%': '%',
    p: String(pid),
    u: uid === null ? null : String(uid),
  };
  const unknown = [...pattern.matchAll(/%(.)/g)].find(([, one = '']) => (known[one] ?? null) === null);
  if (unknown !== undefined)
    return {
      why: `the host names cores by ${unknown[0]} (kernel.core_pattern ${pattern}), which is not known here`,
    };
  const name = `${pattern.replaceAll(/%(.)/g, (_all, one: string) => known[one] ?? '')}${withPid ? `.${pid}` : ''}`;
  if (name.startsWith('/')) return { path: name };
  return cwd === null ? { why: 'its folder is not known' } : { path: `${cwd.replace(/\/$/, '')}/${name}` };
}
