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
  /** Who ended before the call that was asked for, as it was last seen standing in it; else the last that stood in one. */
  readonly stood: CrashMoment | null;
  /** Its end. */
  readonly ended: CrashMoment | null;
  /** How many calls were seen in all; null as long as nobody could say. */
  readonly seen: number | null;
  /** Why it could not be looked at; empty where it could. */
  readonly problem: string;
}

/**
 * Pure: of the lines that images/toolbox/crashwatch.c says of a fault at the `nth` call. Others may stand beside the one that is
 * killed, as their own calls wait for its, and who went on after such a call may end later.
 */
export function crashStory(lines: readonly string[], nth: number): CrashStory {
  const stands = momentsOf(lines, 'stands');
  const ends = momentsOf(lines, 'ended').flatMap((ended) => {
    const stood = stands.findLast((one) => one.pid === ended.pid && one.startedTicks === ended.startedTicks);
    return stood === undefined ? [] : [{ stood, ended }];
  });
  const isAsked = ({ calls }: CrashMoment): boolean => calls === nth - 1;
  const end = ends.find(({ stood, ended }) => isAsked(stood) && isAsked(ended)) ?? ends.at(-1);
  const released = lines.find((line) => line.startsWith('released '))?.split(' ')[1];
  return {
    isArmed: lines.some((line) => line.startsWith('armed ')),
    stood: end?.stood ?? stands.at(-1) ?? null,
    ended: end?.ended ?? null,
    seen: released === undefined ? null : Number(released),
    problem: lines.find((line) => line.startsWith('err ')) ?? '',
  };
}

function momentsOf(lines: readonly string[], what: string): readonly CrashMoment[] {
  return lines.flatMap((line) => {
    const [word, ...numbers] = line.split(' ');
    const [pid, startedTicks, calls] = numbers.map(Number);
    return word !== what || pid === undefined || startedTicks === undefined || calls === undefined
      ? []
      : [{ pid, startedTicks, calls }];
  });
}
