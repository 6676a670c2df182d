import { once } from 'node:events';
import { EXIT, type ExitCode } from '../../infra/errors.ts';
import { runningNode } from './running-node.ts';
import { printMessage, printResult } from '../output.ts';
import { Forwards, whyNotListening } from '../rehearsal/forwards.ts';
import { listenForInterrupts } from '../teardown/interrupt.ts';
import type { ClusterChoice } from '../teardown/inventory.ts';

export interface ForwardCommand extends ClusterChoice {
  readonly node: string;
  readonly port: number;
  readonly hostPort?: number;
}

/**
 * One port of one node on this machine's loopback, until Ctrl-C. Whether something listens there, now and at each
 * connection, is said on stderr: a program that starts later is no mistake.
 */
export async function forward({ node, port, hostPort, ...choice }: ForwardCommand): Promise<ExitCode> {
  const access = await runningNode(node, choice);
  const forwards = await Forwards.reserve([{ node, port, hostPort: hostPort ?? null }], (why) => {
    printMessage(`connection closed: ${why}`);
  });
  using interrupts = listenForInterrupts();
  const { signal } = interrupts;
  forwards.open(new Map([[node, access]]));
  forwards.hold();
  printResult(forwards.list.map((one) => `${one.host}:${one.hostPort} → ${one.node}:${one.port}`).join('\n'));
  const why = await whyNotListening(access, port, signal);
  if (!signal.aborted) {
    printMessage(
      why === null
        ? `something listens on port ${port} of ${node}`
        : `${why}; for now, every connection is closed`,
    );
    await once(signal, 'abort');
  }
  forwards.close();
  return EXIT.pass;
}
