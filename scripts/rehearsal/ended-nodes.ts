import { lastLines, quoted } from '../nodes/last-words.ts';
import type { NodeAccess, NodeState } from '../nodes/node.ts';

/**
 * A sentence for each node that runs no more, by its name: what a fault of ours takes away it gives back, so it is what was
 * tested that ended. A node that was started again meanwhile runs.
 */
export async function endedNodes(
  nodes: ReadonlyMap<string, NodeAccess>,
  redact: (text: string) => string,
): Promise<ReadonlyMap<string, string>> {
  const states = await Promise.all(
    [...nodes].map(async ([name, access]) => ({ name, access, state: await access.state() })),
  );
  const ended = states.filter(({ state }) => !state.running);
  return new Map(
    await Promise.all(
      ended.map(async ({ name, access, state }) => {
        const lines = await lastLines(access, redact);
        return [name, `node ${name} ended ${howOf(state)}; ${quoted(lines)}`] as const;
      }),
    ),
  );
}

function howOf({ exitCode, outOfMemory, finishedAt }: NodeState): string {
  const when = finishedAt === null ? '' : `at ${finishedAt.slice(11, 19)} UTC `;
  const why = outOfMemory ? ', killed for want of memory' : '';
  return `${when}with exit code ${exitCode ?? 'unknown'}${why}`;
}
