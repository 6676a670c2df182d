import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { runVariable } from '../../infra/run-marks.ts';

/**
 * A process that cannot be confused with a later one: pids are reused, start times (clock ticks since boot, field 22
 * of /proc/PID/stat) of one boot are not.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

/** Enough to tell later, from the same machine, whether a process is still the one that was meant. */
export interface HostProcess extends ProcessIdentity {
  readonly host: string;
  readonly bootId: string;
}

export interface RunProcess extends ProcessIdentity {
  readonly command: string;
}

/** What liveness is judged by; injected, so that reused pids and other machines can be tested. */
export interface ProcessTable {
  readonly host: string;
  readonly bootId: string;
  /** Start time of a running process; null where there is none (a zombie runs nothing any more). */
  readonly startTimeOf: (pid: number) => string | null;
}

/** `unknown`: the process belongs to another machine, which cannot be asked from here. */
export type Liveness = 'alive' | 'dead' | 'unknown';

export function localProcesses(): ProcessTable {
  return {
    host: hostname(),
    bootId: readText('/proc/sys/kernel/random/boot_id').trim(),
    startTimeOf,
  };
}

/** A process of this machine, so that it is known again; one that has ended by now is never taken for alive. */
export function identify(pid: number): HostProcess {
  const { host, bootId } = localProcesses();
  return { host, bootId, pid, startTime: startTimeOf(pid) ?? '' };
}

export function liveness(subject: HostProcess, table: ProcessTable): Liveness {
  if (subject.host !== table.host) return 'unknown';
  if (subject.bootId !== table.bootId) return 'dead';
  return table.startTimeOf(subject.pid) === subject.startTime ? 'alive' : 'dead';
}

/**
 * Processes of this machine that carry UNDERSTUDY_RUN=<runId> in their environment, apart from this one. Those of a
 * container are left out (its removal ends them, and their evidence is read first): they live in another pid namespace.
 */
export function findRunProcesses(runId: string): readonly RunProcess[] {
  const wanted = `${runVariable}=${runId}`;
  const ownNamespace = pidNamespaceOf('self');
  return pids().flatMap((pid) => {
    if (pid === process.pid || !readText(`/proc/${pid}/environ`).split('\0').includes(wanted)) return [];
    const startTime = startTimeOf(pid);
    if (startTime === null || pidNamespaceOf(String(pid)) !== ownNamespace) return [];
    return [{ pid, startTime, command: commandOf(pid) }];
  });
}

/** Kills exactly the process that was found: the start time is compared again right before the signal. */
export function killProcess({ pid, startTime }: ProcessIdentity): boolean {
  if (startTimeOf(pid) !== startTime) return false;
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // gone in between, or not ours to kill: the residue check names it then
  }
}

function startTimeOf(pid: number): string | null {
  const stat = readText(`/proc/${pid}/stat`);
  // The second field is the command's name in brackets and may hold blanks and brackets itself: count from its end.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' || state === 'Z' || state === 'X' ? null : (fields[18] ?? null);
}

function commandOf(pid: number): string {
  return readText(`/proc/${pid}/cmdline`).split('\0').join(' ').trim().slice(0, 200);
}

function pids(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return []; // no /proc on this system: the engine's labels are what is left to go by
  }
}

function pidNamespaceOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return '';
  }
}

/** Files below /proc vanish with their process and refuse other users' questions: both read as empty. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
