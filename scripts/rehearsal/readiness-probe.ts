import type { Readiness } from '../../infra/spec/cluster.ts';
import { BoundedPattern } from '../bounded-pattern.ts';

/** How a node is asked whether it is ready. */
export type Probe =
  /** Run inside it: POSIX sh, /proc, and systemctl, journalctl or bash where the condition needs them. */
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  /** A line of what its first process has written. */
  | { readonly kind: 'output'; readonly pattern: BoundedPattern };

/** Pure: the one condition of a role, as something to try. */
export function probeOf(ready: Readiness, init: 'systemd' | 'image'): Probe {
  const command = (...argv: readonly string[]): Probe => ({ kind: 'command', argv });
  if (ready.unit !== undefined) return command('systemctl', 'is-active', ready.unit);
  if (ready.tcp !== undefined) return command(...listening(ready.tcp));
  if (ready.command !== undefined) return command(...ready.command);
  if (ready.http !== undefined) return command(...answers(ready.http));
  if (init === 'image') return { kind: 'output', pattern: new BoundedPattern(ready.log ?? '', 'm') };
  return command(
    'sh',
    '-c',
    'journalctl --no-pager --output cat | grep -E -q -- "$1"',
    'sh',
    ready.log ?? '',
  );
}

/** Pure: the condition in words. */
export function wordsOf(ready: Readiness): string {
  if (ready.unit !== undefined) return `unit ${ready.unit}`;
  if (ready.tcp !== undefined) return `TCP port ${ready.tcp}`;
  if (ready.http !== undefined)
    return `HTTP ${ready.http.status} on port ${ready.http.port}${ready.http.path}`;
  if (ready.command !== undefined) return `"${ready.command.join(' ')}" to succeed`;
  return `a log line that matches ${ready.log ?? ''}`;
}

/** A listening socket as the kernel lists it (proc(5): local address and port in hex, state 0A): needs no tool. */
function listening(port: number): readonly string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const socket = `^ *[0-9]+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A`;
  const script =
    'grep -E -q "$1" /proc/net/tcp /proc/net/tcp6 2>/dev/null || { echo "nothing listens on port $2"; exit 1; }';
  return ['sh', '-c', script, 'sh', socket, String(port)];
}

function answers({ port, path, status }: NonNullable<Readiness['http']>): readonly string[] {
  const script = [
    'exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1',
    'printf \'GET %s HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n\' "$2" >&3',
    'read -r _ code _ <&3 || { echo "no answer"; exit 1; }',
    'echo "answered $code"',
    '[ "$code" = "$3" ]',
  ].join('\n');
  return ['bash', '-c', script, 'bash', String(port), path, String(status)];
}
