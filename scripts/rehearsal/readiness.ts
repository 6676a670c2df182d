import { setTimeout as delay } from 'node:timers/promises';
import { HostError } from '../../infra/errors.ts';
import type { PlannedNode } from '../../infra/plan/plan.ts';
import type { Readiness } from '../../infra/spec/cluster.ts';
import type { NodeAccess } from '../nodes/node.ts';

const pollMs = 150;
const lastLines = 20;

/** A machine of which nothing is asked is ready when it has booted: until then its own tmpfiles empty /tmp. */
const booted: Readiness = {
  command: [
    'sh',
    '-c',
    'state=$(systemctl is-system-running); echo "systemd is $state"; case $state in running | degraded) ;; *) exit 1 ;; esac',
  ],
  timeoutMs: 60_000,
};

/**
 * Waits until `node` is what its role calls ready.
 * @throws HostError (69): with the last observation after the deadline; at once, with its last log lines, where the node
 * has ended.
 */
export async function untilReady(node: PlannedNode, access: NodeAccess, signal: AbortSignal): Promise<void> {
  const ready = node.ready ?? (node.init === 'systemd' ? booted : null);
  if (ready === null) {
    await whileAlive(node, access, signal);
    return;
  }
  const { timeoutMs } = ready;
  const giveUpAt = performance.now() + timeoutMs;
  let observed = 'nothing yet';
  while (performance.now() < giveUpAt) {
    await whileAlive(node, access, signal);
    const outcome = await observe(ready, access, signal);
    if (outcome === null) return;
    observed = outcome;
    await delay(pollMs, undefined, { signal });
  }
  throw new HostError(
    'not-ready',
    `${node.name} was not ready within ${timeoutMs} ms: waited for ${describe(ready)}, last saw: ${observed}`,
    {
      hint: `its log:\n${await tail(access)}`,
    },
  );
}

async function whileAlive(node: PlannedNode, access: NodeAccess, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { running, exitCode } = await access.state();
  if (running) return;
  throw new HostError(
    'node-died',
    `${node.name} ended with exit code ${exitCode ?? 'unknown'} before it was ready`,
    {
      hint: `its last lines:\n${await tail(access)}`,
    },
  );
}

/** null: it holds; else what was seen instead. */
async function observe(ready: Readiness, access: NodeAccess, signal: AbortSignal): Promise<string | null> {
  const outcome = await access.exec(probe(ready), { signal, timeoutMs: 10_000 }).catch((error: unknown) => {
    signal.throwIfAborted();
    return { exitCode: -1, stdout: '', stderr: error instanceof Error ? error.message : String(error) };
  });
  if (outcome.exitCode === 0) return null;
  const said = `${outcome.stdout}${outcome.stderr}`.trim().split('\n').at(-1) ?? '';
  return said === '' ? `exit code ${outcome.exitCode}` : said;
}

/** What is run inside the node; POSIX sh, /proc and, for systemd nodes, systemctl and journalctl. */
function probe(ready: Readiness): readonly string[] {
  if (ready.unit !== undefined) return ['systemctl', 'is-active', ready.unit];
  if (ready.tcp !== undefined) return listening(ready.tcp);
  if (ready.command !== undefined) return ready.command;
  if (ready.http !== undefined) return httpAnswers(ready.http.port, ready.http.path, ready.http.status);
  return ['sh', '-c', 'journalctl --no-pager --output cat | grep -E -q -- "$1"', 'sh', ready.log ?? ''];
}

/** A listening socket as the kernel lists it (proc(5): local address and port in hex, state 0A): needs no tool. */
function listening(port: number): readonly string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return [
    'sh',
    '-c',
    `grep -E -q "^ *[0-9]+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A" /proc/net/tcp /proc/net/tcp6 2>/dev/null || { echo "nothing listens on port ${port}"; exit 1; }`,
  ];
}

function httpAnswers(port: number, path: string, status: number): readonly string[] {
  const request = `GET ${path} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n`;
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port} && printf '${request}' >&3 && read -r _ code _ <&3 && echo "answered $code" && [ "$code" = ${status} ]`;
  return ['bash', '-c', script];
}

function describe(ready: Readiness): string {
  if (ready.unit !== undefined) return `unit ${ready.unit}`;
  if (ready.tcp !== undefined) return `TCP port ${ready.tcp}`;
  if (ready.http !== undefined)
    return `HTTP ${ready.http.status} on port ${ready.http.port}${ready.http.path}`;
  if (ready.command !== undefined) return `"${ready.command.join(' ')}" to succeed`;
  return `a log line that matches ${ready.log ?? ''}`;
}

async function tail(access: NodeAccess): Promise<string> {
  const journal = await access
    .exec(['journalctl', '--no-pager', '--lines', String(lastLines), '--output', 'short-iso'], {
      timeoutMs: 5_000,
    })
    .catch(() => null);
  if (journal !== null && journal.exitCode === 0) return indented(journal.stdout);
  const chunks: Uint8Array[] = [];
  for await (const chunk of await access.logs()) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return indented(Buffer.concat(chunks).toString('utf8').split('\n').slice(-lastLines).join('\n'));
}

function indented(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
