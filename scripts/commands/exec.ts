import { once } from 'node:events';
import { runningNode } from '../nodes/running.ts';
import type { ClusterChoice } from '../teardown/inventory.ts';

export interface ExecCommand extends ClusterChoice {
  readonly node: string;
  readonly argv: readonly string[];
  readonly user?: string;
}

/** What a shell says of a command that SIGPIPE ended. */
const brokenPipe = 141;

/** Exit code and both streams are the command's own; stdin is piped through. */
export async function exec({ node, argv: words, user, ...choice }: ExecCommand): Promise<number> {
  const argv = words[0] === '--' ? words.slice(1) : words;
  const access = await runningNode(node, choice);
  const process = await access.start(argv, user === undefined ? {} : { user });
  const { stdin } = globalThis.process;
  process.stdout.pipe(globalThis.process.stdout);
  process.stderr.pipe(globalThis.process.stderr);
  stdin.pipe(process.stdin);
  process.stdin.on('error', () => undefined); // the command ended before its input did
  // Nobody reads any more (`exec … | head -1`): no news to anybody, as in any pipe.
  const unread = once(globalThis.process.stdout, 'error').then(() => brokenPipe);
  const exitCode = await Promise.race([process.exited, unread]);
  if (exitCode === brokenPipe) process.close();
  stdin.unpipe();
  stdin.destroy();
  return exitCode;
}
