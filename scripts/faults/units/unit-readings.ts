import type { NodeAccess } from '../../nodes/node.ts';

/** A process, by what names it for good on its node: its pid, and when it began, in clock ticks after boot. */
export interface UnitProcess {
  readonly pid: number;
  readonly startedTicks: number;
  /** As the kernel has it: T stands still. */
  readonly state: string;
  /** How many files it may have open; -1 where that could not be read. */
  readonly files: number;
}

export interface UnitReading {
  /** systemd's word; empty where it could not be asked. */
  readonly active: string;
  readonly main: UnitProcess | null;
  readonly processes: readonly UnitProcess[];
  /** The oldest of its processes at any moment of the reading, ms; 0 without any. */
  readonly oldestMs: number;
  /** Services that it follows by its own unit's words, and those that these follow: what ends them ends it. */
  readonly follows: readonly string[];
  /** How many processes the kernel ended on this node for want of memory, since it started. */
  readonly oomKills: number;
  /** How often systemd started it again, since it was last started or forgotten about. */
  readonly restarts: number;
}

/** Linux counts times for user space in hundredths of a second everywhere (man 5 proc, USER_HZ). */
export const tickMs = 10;

const script = [
  'systemctl show --property=MainPID --property=ActiveState --property=NRestarts "$1"',
  'seen=" $1 "',
  'follow() {',
  '  for of in $(systemctl show --value --property=BindsTo --property=PartOf --property=Requires --property=Requisite "$1"); do',
  '    case $of in *.service) ;; *) continue ;; esac',
  '    case $seen in *" $of "*) continue ;; esac',
  '    seen="$seen$of "',
  '    echo "follows $of"',
  '    follow "$of"',
  '  done',
  '}',
  'follow "$1"',
  'read -r up _ < /proc/uptime; echo "up $up"',
  'grep -hs "^oom_kill " /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control',
  'of() {',
  '  read -r stat < "$1/stat" || return',
  '  files=-1',
  '  while read -r a b c soft _; do [ "$a $b $c" != "Max open files" ] || files=$soft; done < "$1/limits"',
  '  echo "process $files $stat"',
  '}',
  'for p in /proc/[0-9]*; do',
  '  while read -r line; do',
  '    case $line in */"$1" | */"$1"/*) of "$p"; break ;; esac',
  '  done < "$p/cgroup"',
  'done 2>/dev/null',
  'true',
].join('\n');

/** What systemd says of a unit, and the kernel of its processes, inside the node. */
export async function readUnit(node: NodeAccess, file: string, signal: AbortSignal): Promise<UnitReading> {
  const { exitCode, stdout, stderr } = await node.exec(['sh', '-c', script, 'sh', file], {
    environment: { LC_ALL: 'C' },
    timeoutMs: 20_000,
    signal,
  });
  if (exitCode !== 0) throw new Error(`${node.name}: ${file} could not be looked at: ${stderr.trim()}`);
  return unitReading(stdout);
}

/** Pure: of what the script prints. */
export function unitReading(text: string): UnitReading {
  const lines = text.split('\n');
  const after = (prefix: string): readonly string[] =>
    lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
  const processes = after('process ').flatMap(unitProcess);
  const mainPid = Number(after('MainPID=')[0] ?? 0);
  const upMs = Number(after('up ')[0] ?? 0) * 1000;
  return {
    active: after('ActiveState=')[0] ?? '',
    main: processes.find(({ pid }) => pid === mainPid) ?? null,
    processes,
    oldestMs: Math.max(0, ...processes.map(({ startedTicks }) => upMs - startedTicks * tickMs)),
    follows: after('follows '),
    oomKills: Number(after('oom_kill ')[0] ?? 0),
    restarts: Number(after('NRestarts=')[0] ?? 0),
  };
}

/** man 5 proc, /proc/pid/stat: the name may hold anything; behind it the state is the first, starttime the 20th word. */
function unitProcess(said: string): readonly UnitProcess[] {
  const [files = '', stat = ''] = said.split(/ (.*)/s);
  const [state = '', ...words] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const soft = Number(files);
  const process = {
    pid: Number.parseInt(stat, 10),
    startedTicks: Number(words[18]),
    state,
    files: Number.isFinite(soft) ? soft : -1,
  };
  return state === 'Z' || state === 'X' || Number.isNaN(process.startedTicks) ? [] : [process];
}
