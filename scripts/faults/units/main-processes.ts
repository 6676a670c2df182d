import { setTimeout as delay } from 'node:timers/promises';
import type { NodeAccess } from '../../nodes/node.ts';

const deadlineMs = 20_000;
const pollMs = 100;

/** systemd's own name for what is about to become a unit's main process stands in brackets. */
const script = [
  'for unit in "$@"; do',
  '  [ "$(systemctl show --property=ActiveState --value "$unit")" = inactive ] && continue',
  '  pid=$(systemctl show --property=MainPID --value "$unit")',
  '  case $(tr "\\0" " " < "/proc/$pid/cmdline" 2>/dev/null) in "" | "("*) echo "$unit has no main process"; exit 1 ;; esac',
  'done',
].join('\n');

/** Waits until each of these services that is to run has the main process that it is to have, and not what comes before that. */
export async function mainProcessesUp(node: NodeAccess, services: readonly string[]): Promise<void> {
  const giveUpAt = performance.now() + deadlineMs;
  for (;;) {
    const { exitCode, stdout, stderr } = await node.exec(['sh', '-c', script, 'sh', ...services], {
      timeoutMs: deadlineMs,
    });
    if (exitCode === 0) return;
    if (performance.now() >= giveUpAt)
      throw new Error(`${node.name}: not up after ${deadlineMs} ms: ${stdout.trim() || stderr.trim()}`);
    await delay(pollMs);
  }
}
