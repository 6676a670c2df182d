import { readdirSync, readlinkSync } from 'node:fs';
import { parseStat, readProc } from './proc.ts';

/** CPU s of each process of this machine that is neither the engine's nor a container's nor ours, by pid and start. */
export type Others = ReadonlyMap<string, number>;

/** The engine and what it starts work for whoever is measured. */
const engine = /^(dockerd|containerd|containerd-shim|runc|docker-proxy|docker-init|exe)/;

export function otherProcesses(ours: ReadonlySet<number>): Others {
  const namespace = link('/proc/self/ns/pid');
  return new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && !ours.has(Number(name)))
      .flatMap((pid) => {
        const text = readProc(`/proc/${pid}/stat`);
        const stat = parseStat(text);
        if (stat === null || engine.test(commandOf(text)) || link(`/proc/${pid}/ns/pid`) !== namespace)
          return [];
        return [[`${pid} ${startOf(text)}`, stat.own + stat.reaped] as const];
      }),
  );
}

/**
 * Pure: what others used between two looks. Who began and ended in between counts with the parent that waited for it;
 * where that is init or the measured command, it is missed.
 */
export function usedByOthers(before: Others, after: Others): number {
  return [...after].reduce((sum, [process, seconds]) => sum + seconds - (before.get(process) ?? 0), 0);
}

function commandOf(stat: string): string {
  return stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
}

function startOf(stat: string): string {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // gone, or a kernel thread's
  }
}
