import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { assertNever } from '../../../infra/errors.ts';
import { startEndable } from '../../nodes/endable.ts';
import type { NodeProcess } from '../../nodes/node.ts';
import type { Victim } from '../victim/victim.ts';

/** Whether a line is the one. It never throws. */
export type Match = (line: string) => boolean;

/** What is looked for on one node. */
export type Sight =
  | { readonly on: 'journal'; readonly unit: string | null; readonly matches: Match }
  | { readonly on: 'output'; readonly matches: Match }
  | { readonly on: 'file'; readonly path: string }
  | { readonly on: 'port'; readonly port: number };

/** A node that was away, or a side-car that went with it, is looked at again so soon. */
const againMs = 200;

/**
 * Tells of each time that it is seen on this node, with the line where it is one, until `ended`. Nothing in the node is asked for a
 * file or a port; a journal is followed by the node's own journalctl, an output by the engine.
 */
export async function lookOut(
  victim: Victim,
  sight: Sight,
  onSeen: (line: string) => void,
  ended: AbortSignal,
): Promise<void> {
  while (!ended.aborted) {
    // Whatever goes wrong is gone when the node is back; where it is not, the fault does not come, and says so.
    await once(victim, sight, onSeen, ended).catch(() => undefined);
    await delay(againMs, undefined, { signal: ended }).catch(() => undefined);
  }
}

async function once(
  victim: Victim,
  sight: Sight,
  onSeen: (line: string) => void,
  ended: AbortSignal,
): Promise<void> {
  switch (sight.on) {
    case 'journal':
      await journal(victim, sight, onSeen, ended);
      return;
    case 'output': {
      const lines = await victim.access.logs({ follow: true, fromNow: true, signal: ended });
      await matching(lines, sight.matches, onSeen);
      return;
    }
    case 'file':
      await waiting(victim, ['eventwait', 'file', sight.path], onSeen, ended);
      return;
    case 'port':
      await waiting(victim, ['eventwait', 'port', String(sight.port)], onSeen, ended);
      return;
    default:
      assertNever(sight);
  }
}

async function journal(
  { access }: Victim,
  { unit, matches }: Extract<Sight, { on: 'journal' }>,
  onSeen: (line: string) => void,
  ended: AbortSignal,
): Promise<void> {
  const of = unit === null ? [] : ['--unit', unit];
  const argv = ['journalctl', '--follow', '--lines=0', '--output=cat', '--quiet', '--no-pager', ...of];
  const process = await startEndable(access, argv);
  const end = onAbort(ended, () => void process.end('SIGTERM'));
  try {
    await matching(process.stdout, matches, onSeen);
  } finally {
    end();
  }
}

async function matching(stream: Readable, matches: Match, onSeen: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream })) if (matches(line)) onSeen(line);
}

/** By the node's side-car; it ends with its stdin. */
async function waiting(
  { sideCar }: Victim,
  argv: readonly string[],
  onSeen: (line: string) => void,
  ended: AbortSignal,
): Promise<void> {
  const process: NodeProcess = await sideCar.start(argv);
  const end = onAbort(ended, () => {
    process.stdin.end();
    process.close();
  });
  try {
    for await (const line of createInterface({ input: process.stdout })) if (line === 'there') onSeen('');
  } finally {
    end();
  }
}

/** Does it at once where it has been; returns what takes it off again. */
function onAbort(signal: AbortSignal, work: () => void): () => void {
  if (signal.aborted) work();
  signal.addEventListener('abort', work, { once: true });
  return () => {
    signal.removeEventListener('abort', work);
  };
}
