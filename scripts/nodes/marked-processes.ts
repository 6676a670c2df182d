import { z } from 'zod';

/** One process as the node's own /proc has it. */
export interface ListedProcess {
  readonly pid: number;
  /** The mark stands in its environment. */
  readonly marked: boolean;
  /** One letter, as in proc(5). */
  readonly state: string;
  readonly parent: number;
  readonly session: number;
  /** Clock ticks after the boot: pids are used again, together with this they are not. */
  readonly startTime: string;
}

/**
 * Lists every process of a node, marked where its environment holds `mark`. Nothing but a POSIX shell and /proc is asked
 * of the image. `read` drops the zero bytes between variables (dash, bash, busybox), and the name in the brackets of
 * /proc/PID/stat may hold anything, so that the fields count from its end.
 */
export function listing(mark: string): readonly string[] {
  const script = [
    'for folder in /proc/[0-9]*; do',
    '  stat= marked=0',
    '  { while IFS= read -r line || [ -n "$line" ]; do stat="$stat $line"; done <"$folder/stat"; } 2>/dev/null',
    '  { while IFS= read -r line || [ -n "$line" ]; do case $line in *"$1"*) marked=1 ;; esac; done <"$folder/environ"; } 2>/dev/null',
    '  [ -z "$stat" ] || echo "${folder#/proc/} $marked ${stat##*) }"',
    'done',
  ].join('\n');
  return ['sh', '-c', script, 'sh', mark];
}

/** `signal` without SIG, as POSIX kill takes it; pids that have gone meanwhile are passed over. */
export function killing(signal: string, pids: readonly number[]): readonly string[] {
  return ['sh', '-c', 'kill -s "$@" 2>/dev/null', 'sh', signal, ...pids.map(String)];
}

const Fields = z.tuple(
  [
    z.coerce.number().int(),
    z.enum(['0', '1']),
    z.string(),
    z.coerce.number().int(),
    z.string(),
    z.coerce.number().int(),
  ],
  z.string(),
);
/** Of what is behind the pid and the mark: proc(5) counts starttime as the 22nd field, and the state as the third. */
const startTimeAt = 2 + 22 - 3;

/** Pure: what `listing` printed. */
export function listedProcesses(printed: string): readonly ListedProcess[] {
  return printed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const fields = line.split(' ');
      const [pid, marked, state, parent, , session] = Fields.parse(fields);
      return { pid, marked: marked === '1', state, parent, session, startTime: fields[startTimeAt] ?? '' };
    });
}

/**
 * Pure: of the living, those that are marked, were found before (`known`: start time by pid), or descend from one that
 * is, by parent or by session. A program that clears its environment or changes its account is found so as well, as long
 * as it was seen once before its parent ended.
 */
export function belonging(
  table: readonly ListedProcess[],
  known: ReadonlyMap<number, string>,
): readonly ListedProcess[] {
  const living = table.filter(({ state }) => state !== 'Z' && state !== 'X');
  const found = new Map(
    living
      .filter(({ pid, marked, startTime }) => marked || known.get(pid) === startTime)
      .map((one) => [one.pid, one]),
  );
  for (;;) {
    const more = living.filter(
      ({ pid, parent, session }) => !found.has(pid) && (found.has(parent) || found.has(session)),
    );
    if (more.length === 0) return [...found.values()];
    for (const one of more) found.set(one.pid, one);
  }
}
