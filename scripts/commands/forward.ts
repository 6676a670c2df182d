import { once } from 'node:events';
import { EXIT, type ExitCode } from '../../infra/errors.ts';
import { runningNode } from '../nodes/running.ts';
import { printResult } from '../output.ts';
import { Forwards } from '../rehearsal/forwards.ts';
import type { ClusterChoice } from '../teardown/inventory.ts';

export interface ForwardCommand extends ClusterChoice {
  readonly node: string;
  readonly port: number;
  readonly hostPort?: number;
}

/** One port of one node on this machine's loopback, until Ctrl-C. */
export async function forward({ node, port, hostPort, ...choice }: ForwardCommand): Promise<ExitCode> {
  const access = await runningNode(node, choice);
  const forwards = await Forwards.reserve([{ node, port, hostPort: hostPort ?? null }]);
  forwards.open(new Map([[node, access]]));
  forwards.hold();
  printResult(forwards.list.map((one) => `${one.host}:${one.hostPort} → ${one.node}:${one.port}`).join('\n'));
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  forwards.close();
  return EXIT.pass;
}
