/** A process, by what names it for good on its node, and how many calls had come to something by then; -1: more than could be counted. */
export interface CrashMoment {
  readonly pid: number;
  readonly startedTicks: number;
  readonly calls: number;
}

/** What somebody beside the processes of a unit saw of a path, and of who is at a call on it. */
export interface CrashStory {
  /** All of the unit's processes stood, and calls counted from then on. */
  readonly isArmed: boolean;
  /** The last that stood in such a call. */
  readonly stood: CrashMoment | null;
  /** Its end. */
  readonly ended: CrashMoment | null;
  /** How many calls were seen in all; null as long as nobody could say. */
  readonly seen: number | null;
  /** Why it could not be looked at; empty where it could. */
  readonly problem: string;
}

/** Pure: of the lines that images/toolbox/crashwatch.c says. */
export function crashStory(lines: readonly string[]): CrashStory {
  const stood = lastOf(lines, 'stands');
  const ended = lastOf(
    lines.filter((line) => stood !== null && line.startsWith(`ended ${stood.pid} ${stood.startedTicks} `)),
    'ended',
  );
  const released = lines.find((line) => line.startsWith('released '))?.split(' ')[1];
  return {
    isArmed: lines.some((line) => line.startsWith('armed ')),
    stood,
    ended,
    seen: released === undefined ? null : Number(released),
    problem: lines.find((line) => line.startsWith('err ')) ?? '',
  };
}

function lastOf(lines: readonly string[], what: string): CrashMoment | null {
  const found = lines.findLast((line) => line.startsWith(`${what} `));
  const [pid, startedTicks, calls] = (found ?? '').split(' ').slice(1).map(Number);
  return pid === undefined || startedTicks === undefined || calls === undefined
    ? null
    : { pid, startedTicks, calls };
}
