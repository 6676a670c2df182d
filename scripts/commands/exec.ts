import { runningNode } from '../nodes/running.ts';
import type { ClusterChoice } from '../teardown/inventory.ts';

export interface ExecCommand extends ClusterChoice {
  readonly node: string;
  readonly argv: readonly string[];
  readonly user?: string;
}

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
  const exitCode = await process.exited;
  stdin.unpipe();
  stdin.destroy();
  return exitCode;
}
