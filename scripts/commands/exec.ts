import { once } from 'node:events';
import { EXIT } from '../../infra/errors.ts';
import { startEndable } from '../nodes/endable.ts';
import { printMessage } from '../output.ts';
import { OwnOutput } from './own-output.ts';
import { runningNode } from './running-node.ts';
import { listenForInterrupts } from '../teardown/interrupt.ts';
import type { ClusterChoice } from '../teardown/inventory.ts';

export interface ExecCommand extends ClusterChoice {
  readonly node: string;
  readonly argv: readonly string[];
  readonly user?: string;
}

/** Why the command is not waited for to its end: the signal that it gets for that, and what is left to say of it. */
interface Stop {
  readonly signal: NodeJS.Signals;
  readonly exitCode: number;
}

/** What a shell says of a command that SIGPIPE ended. */
const brokenPipe = 141;

/**
 * Exit code and both streams are the command's own, to the byte: it may be an editor, or be piped into tar. stdin is piped through. An interruption reaches the command as the
 * signal that it is, and what it started with it; a second one ends them by force. What could not be started ends as in a
 * shell: 127 where there is no such command, 126 where it cannot be executed.
 */
export async function exec({ node, argv: words, user, ...choice }: ExecCommand): Promise<number> {
  const argv = words[0] === '--' ? words.slice(1) : words;
  const access = await runningNode(node, choice);
  const stopping = Promise.withResolvers<Stop>();
  using interrupts = listenForInterrupts({
    onSignal: (signal) => {
      stopping.resolve({ signal, exitCode: EXIT.interrupted });
    },
  });
  const process = await startEndable(access, argv, user === undefined ? {} : { user });
  const { stdin, stdout, stderr } = globalThis.process;
  const own = new OwnOutput();
  process.stdout.pipe(own).pipe(stdout);
  process.stderr.pipe(stderr);
  stdin.pipe(process.stdin);
  process.stdin.on('error', () => undefined); // the command ended before its input did
  // Nobody reads any more (`exec … | head -1`): no news to anybody, as in any pipe.
  void once(stdout, 'error').then(() => {
    stopping.resolve({ signal: 'SIGPIPE', exitCode: brokenPipe });
  });
  const ended = await Promise.race([process.exited, stopping.promise]);
  stdin.unpipe();
  stdin.destroy();
  const said = own.settle(typeof ended === 'number' ? ended : null);
  if (said !== null) printMessage(`${node} cannot start this: ${said.message}`);
  if (typeof ended === 'number') return said?.exitCode ?? ended;
  const ending = await process.end(ended.signal, interrupts.skipCollecting);
  if (ending.kind === 'left') printMessage(`the command may go on in ${node}: ${ending.why}`);
  return ended.exitCode;
}
