import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { NodeAccess } from '../nodes/node.ts';
import type { RunFolder } from './run-folder.ts';

const nodeDeadlineMs = 30_000;

/**
 * Every node's journal (of those that have one) and container log, streamed to the run folder. What could not be had is
 * returned by name, and stops nothing else.
 */
export async function collectLogs(
  nodes: Iterable<NodeAccess>,
  folder: RunFolder,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const missed = await Promise.all(
    [...nodes].map(async (node) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(nodeDeadlineMs)]);
      const kept = await Promise.allSettled([
        journal(node, folder, limit),
        containerLog(node, folder, limit),
      ]);
      return kept.flatMap((one) =>
        one.status === 'rejected' ? [`${node.name}: ${String(one.reason)}`] : [],
      );
    }),
  );
  return missed.flat();
}

async function journal(node: NodeAccess, folder: RunFolder, signal: AbortSignal): Promise<void> {
  const { running } = await node.state();
  if (!running) return;
  const there = await node.exec(['sh', '-c', 'command -v journalctl'], { signal });
  if (there.exitCode !== 0) return;
  const process = await node.start(['journalctl', '--output', 'json', '--no-pager', '--all']);
  process.stderr.resume();
  await pipeline(
    process.stdout,
    createWriteStream(folder.file('nodes', node.name, 'journal.jsonl'), { mode: 0o600 }),
    { signal },
  );
}

async function containerLog(node: NodeAccess, folder: RunFolder, signal: AbortSignal): Promise<void> {
  await pipeline(
    await node.logs(),
    createWriteStream(folder.file('nodes', node.name, 'container.log'), { mode: 0o600 }),
    { signal },
  );
}
