import { pipeline } from 'node:stream/promises';
import { EXIT, type ExitCode } from '../../infra/errors.ts';
import { runningNode } from './running-node.ts';
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
  await pipeline(source, process.stdout, { end: false });
  return EXIT.pass;
}
