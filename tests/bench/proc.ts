import { readFileSync } from 'node:fs';

/** proc(5): clock ticks a second, the same on every Linux of these years. */
const ticksPerSecond = 100;

/** Pure: /proc/PID/stat. `own`: user and system time, s; `reaped`: that of children that were waited for. */
export function parseStat(text: string): { readonly own: number; readonly reaped: number } | null {
  // The second field is the command's name in brackets and may hold blanks and brackets: count from its end.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [user = NaN, system = NaN, childUser = NaN, childSystem = NaN] = fields.slice(11, 15).map(Number);
  if (!Number.isFinite(user + system + childUser + childSystem)) return null;
  return { own: (user + system) / ticksPerSecond, reaped: (childUser + childSystem) / ticksPerSecond };
}

/** Pure: s in use, all processors together, of /proc/stat: user, nice, system, idle, iowait, irq, softirq, … */
export function parseMachine(text: string): number {
  const [user = NaN, nice = NaN, system = NaN, , , irq = NaN, softirq = NaN] = text
    .replace(/^cpu +/, '')
    .split(/\s+/)
    .map(Number);
  return (user + nice + system + irq + softirq) / ticksPerSecond;
}

/** Files below /proc vanish with their process: empty then. */
export function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
