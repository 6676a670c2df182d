import type { NodeAccess } from '../../nodes/node.ts';

/** For all of a node's memory to be taken. */
const deadlineMs = 60_000;
/** At a time, bytes: far from the node's limit, and near to it, where what comes after the kill must not need another one. */
const steps = ['4194304', '65536'] as const;

/**
 * The unit's main process is made the first that the kernel ends, and memory is taken until it is: `tail` keeps a line until
 * it ends, and zeros have no end of line. As soon as that process is a zombie, or gone, nothing more is taken. Should the
 * kernel need another one until then, that is `tail`: half of what the others hold is added to what counts of it, which keeps
 * it behind the first. Of a unit that lives on, the score is as it was.
 */
const script = [
  'pid=$(systemctl show --property=MainPID "$1") && pid=${pid#MainPID=} || exit',
  '[ "$pid" -gt 0 ] || { echo "$1 has no main process" >&2; exit 3; }',
  'lives() { read -r stat < "/proc/$pid/stat" && case $stat in *") Z "* | *") X "*) false ;; esac; } 2> /dev/null',
  'read -r score < "/proc/$pid/oom_score_adj" || exit',
  'trap \'lives && echo "$score" > "/proc/$pid/oom_score_adj"\' EXIT',
  'echo 1000 > "/proc/$pid/oom_score_adj" || exit',
  'cd /sys/fs/cgroup || exit',
  'limit=memory.max use=memory.current stat=memory.stat',
  '[ -e "$use" ] || { cd memory && limit=memory.limit_in_bytes use=memory.usage_in_bytes; } || exit',
  'read -r most < "$limit" || exit',
  '[ "$most" != max ] || { echo "the node may take all memory of its host" >&2; exit 4; }',
  'step() {',
  '  read -r held < "$use"',
  '  while read -r key value; do',
  '    case $key in active_file | inactive_file) held=$((held - value)) ;; esac',
  '  done < "$stat"',
  '  size=$2',
  '  [ "$held" -lt $((most - 4 * $2)) ] || size=$3',
  '}',
  'step "$@" && second=$((held / (most / 500)))',
  'while lives && step "$@"; do head -c "$size" /dev/zero || break; done 2> /dev/null |',
  '  { echo "$second" > /proc/self/oom_score_adj; exec tail -n 1 > /dev/null; }',
  'lives || exit 0',
  'echo "the kernel ended another process" >&2',
  'exit 5',
].join('\n');

/** The kernel ends the main process of a unit for want of memory; rejects where it does not. */
export async function killForMemory(node: NodeAccess, file: string): Promise<void> {
  const { exitCode, stderr } = await node.exec(['sh', '-c', script, 'sh', file, ...steps], {
    environment: { LC_ALL: 'C' },
    timeoutMs: deadlineMs,
  });
  if (exitCode !== 0)
    throw new Error(
      `${node.name}: ${file} could not be ended for want of memory (${exitCode}): ${stderr.trim()}`,
    );
}
