import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EXIT, type ExitCode } from '../../infra/errors.ts';
import { runningNode } from './running-node.ts';
import { visibleInColour } from '../visible.ts';
import type { ClusterChoice } from '../teardown/inventory.ts';

export interface LogsCommand extends ClusterChoice {
  readonly node: string;
  readonly follow: boolean;
}

/** The journal of a node that has one, else its container log. */
export async function logs({ node, follow, ...choice }: LogsCommand): Promise<ExitCode> {
  const access = await runningNode(node, choice);
  const journal = await access.exec(['sh', '-c', 'command -v journalctl']);
  const source =
    journal.exitCode === 0
      ? (
          await access.start([
            'journalctl',
            '--no-pager',
            '--output',
            'short-iso',
            ...(follow ? ['--follow'] : []),
          ])
        ).stdout
      : await access.logs({ follow });
  // What a node wrote must not write on a terminal, but for its colours; in a pipe it is what it was, to the byte.
  await pipeline(process.stdout.isTTY ? shownLines(source) : source, process.stdout, { end: false });
  return EXIT.pass;
}

async function* shownLines(source: Readable): AsyncGenerator<string> {
  for await (const line of createInterface({ input: source, crlfDelay: Infinity }))
    yield `${visibleInColour(line)}\n`;
}
