import { setTimeout as delay } from 'node:timers/promises';
import { HostError, messageOf } from '../../infra/errors.ts';
import type { PlannedNode } from '../../infra/plan/plan.ts';
import type { Readiness } from '../../infra/spec/cluster.ts';
import { PatternTooSlow } from '../bounded-pattern.ts';
import { lastLines, outputOf, quoted } from '../nodes/last-words.ts';
import type { NodeAccess } from '../nodes/node.ts';
import { probeOf, wordsOf, type Probe } from './readiness-probe.ts';

const pollMs = 150;

/** A machine of which nothing is asked is ready when it has booted: until then its own tmpfiles empty /tmp. */
const booted: Readiness = {
  command: [
    'sh',
    '-c',
    'state=$(systemctl is-system-running); echo "systemd is $state"; case $state in running | degraded) ;; *) exit 1 ;; esac',
  ],
  timeoutMs: 60_000,
};

const hints = {
  'not-ready': (log: string) => `its log:\n${log}`,
  'node-died': (log: string) => `its last lines:\n${log}`,
  'cannot-start': () => 'look at the entrypoint and the command of its role, and at what its image has',
} as const;

/** A node that could not start, ended, or was not ready in time. `up` ends with it; to a run it is a result: what was tested failed. */
export class NotReadyError extends HostError {
  /** The same as one sentence for a verdict, with what the node said last. */
  readonly reason: string;

  constructor(code: 'not-ready' | 'node-died' | 'cannot-start', message: string, log: readonly string[]) {
    super(code, message, { hint: hints[code](log.map((line) => `  ${line}`).join('\n')) });
    this.reason = code === 'cannot-start' ? `node ${message}` : `node ${message}; ${quoted(log)}`;
  }
}

/**
 * Waits until `node` is what its role calls ready.
 * @throws NotReadyError with the last observation after the deadline; at once, with its last log lines, where the node
 * has ended. Both may end up in a build's log, so what a node said goes through `redact`.
 */
export async function untilReady(
  node: PlannedNode,
  access: NodeAccess,
  signal: AbortSignal,
  redact: (text: string) => string,
): Promise<void> {
  const ready = node.ready ?? (node.init === 'systemd' ? booted : null);
  if (ready === null) {
    await whileAlive(node, access, signal, redact);
    return;
  }
  const { timeoutMs } = ready;
  const probe = probeOf(ready, node.init);
  const giveUpAt = performance.now() + timeoutMs;
  let observed = 'nothing yet';
  while (performance.now() < giveUpAt) {
    await whileAlive(node, access, signal, redact);
    const outcome = await observe(probe, access, signal);
    if (outcome === null) return;
    observed = outcome;
    await delay(pollMs, undefined, { signal });
  }
  throw new NotReadyError(
    'not-ready',
    `${node.name} was not ready within ${timeoutMs} ms: waited for ${wordsOf(ready)}, last saw: ${redact(observed)}`,
    await lastLines(access, redact),
  );
}

/** @throws NotReadyError where the node has ended. */
export async function whileAlive(
  node: PlannedNode,
  access: NodeAccess,
  signal: AbortSignal,
  redact: (text: string) => string,
): Promise<void> {
  signal.throwIfAborted();
  const { running, exitCode } = await access.state();
  if (running) return;
  throw new NotReadyError(
    'node-died',
    `${node.name} ended with exit code ${exitCode ?? 'unknown'} before it was ready`,
    await lastLines(access, redact),
  );
}

/** null: it holds; else what was seen instead. */
async function observe(probe: Probe, access: NodeAccess, signal: AbortSignal): Promise<string | null> {
  if (probe.kind === 'output') {
    const text = await outputOf(access);
    try {
      return probe.pattern.test(text) ? null : (text.trim().split('\n').at(-1) ?? '') || 'no output';
    } catch (error) {
      if (error instanceof PatternTooSlow) return error.message;
      throw error;
    }
  }
  const outcome = await access.exec(probe.argv, { signal, timeoutMs: 10_000 }).catch((error: unknown) => {
    signal.throwIfAborted();
    return { exitCode: -1, stdout: '', stderr: messageOf(error) };
  });
  if (outcome.exitCode === 0) return null;
  const said = `${outcome.stdout}${outcome.stderr}`.trim().split('\n').at(-1) ?? '';
  return said === '' ? `exit code ${outcome.exitCode}` : said;
}
