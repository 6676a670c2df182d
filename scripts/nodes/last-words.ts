import type { NodeAccess } from './node.ts';

const linesAtMost = 20;
const quotedLines = 3;
const quotedLength = 160;
const journalDeadlineMs = 5_000;

/** The last lines of a node's journal, or of its output where it has none (any more): they may hold what `redact` removes. */
export async function lastLines(
  access: NodeAccess,
  redact: (text: string) => string,
): Promise<readonly string[]> {
  const journal = await access
    .exec(['journalctl', '--no-pager', '--lines', String(linesAtMost), '--output', 'short-iso'], {
      timeoutMs: journalDeadlineMs,
    })
    .catch(() => null);
  const text = journal !== null && journal.exitCode === 0 ? journal.stdout : await outputOf(access);
  return redact(text.trim())
    .split('\n')
    .filter((line) => line !== '')
    .slice(-linesAtMost);
}

/** Pure: the very last of them, as the end of a sentence. */
export function quoted(lines: readonly string[]): string {
  const words = lines.slice(-quotedLines).map((line) => `“${line.trim().slice(0, quotedLength)}”`);
  return words.length === 0 ? 'it said nothing' : `it said last: ${words.join(' ')}`;
}

/** All that process 1 of a node has said. */
export async function outputOf(access: NodeAccess): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await access.logs()) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
