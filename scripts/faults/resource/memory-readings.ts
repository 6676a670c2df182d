import type { NodeAccess } from '../../nodes/node.ts';

/** How much memory a node could hold, tried out with a process that takes more and more of it. */
export interface MemoryReading {
  /** The last that was seen in use, without what can be given back, bytes; -1 where it could not be read. */
  readonly heldBytes: number;
  /** The kernel ended the process for want of memory; otherwise it stopped there by itself. */
  readonly wasKilled: boolean;
  /** The process took this much at a time, bytes. */
  readonly stepBytes: number;
}

export const unreadMemory: MemoryReading = { heldBytes: -1, wasKilled: false, stepBytes: 0 };

const MiB = 1024 * 1024;
/** Of what is to be reached: fine enough to tell, and quick on large nodes. */
const steps = 64;

/**
 * `tail` keeps a line in memory until it ends, and zeros have no end of line: how much it takes for that is its own affair, so
 * what is in use is looked at before each step. It is the first that the kernel ends where memory runs out: whatever else is
 * on the node is not.
 */
const script = [
  'cd /sys/fs/cgroup || exit',
  'use=memory.current stat=memory.stat',
  '[ -e "$use" ] || use=memory/memory.usage_in_bytes stat=memory/memory.stat',
  'look() {',
  '  read -r held < "$use" || exit',
  '  while read -r key value; do',
  '    case $key in active_file | inactive_file) held=$((held - value)) ;; esac',
  '  done < "$stat" || exit',
  '  echo "held $held" >&3',
  '}',
  '{',
  '  while look; do [ "$held" -lt "$1" ] && head -c "$2" /dev/zero || break; done 2> /dev/null |',
  '    { echo 1000 > /proc/self/oom_score_adj && exec tail -n 1 > /dev/null; }',
  '  echo "ended $?"',
  '} 3>&1',
].join('\n');

/** Takes memory inside the node until that much of it is in use, or none is left. */
export async function readMemory(
  node: NodeAccess,
  bytes: number,
  signal: AbortSignal,
): Promise<MemoryReading> {
  const stepBytes = Math.max(1, Math.round(bytes / steps / MiB)) * MiB;
  const argv = ['sh', '-c', script, 'sh', String(bytes), String(stepBytes)];
  const { exitCode, stdout, stderr } = await node.exec(argv, {
    environment: { LC_ALL: 'C' },
    timeoutMs: 60_000,
    signal,
  });
  if (exitCode !== 0) throw new Error(`${node.name}: no memory could be taken: ${stderr.trim()}`);
  return memoryReading(stdout, stepBytes);
}

/** How a shell tells of SIGKILL. */
const killed = 137;

/** Pure: of what the script prints. */
export function memoryReading(text: string, stepBytes: number): MemoryReading {
  const last = (prefix: string): number =>
    Number(
      text
        .split('\n')
        .findLast((line) => line.startsWith(prefix))
        ?.slice(prefix.length),
    );
  const [heldBytes, ended] = [last('held '), last('ended ')];
  if (!(heldBytes >= 0) || (ended !== 0 && ended !== killed)) return unreadMemory;
  return { heldBytes, wasKilled: ended === killed, stepBytes };
}
