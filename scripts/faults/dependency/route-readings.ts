import type { NodeAccess } from '../../nodes/node.ts';

/** What somebody who asked a server over the network was answered. */
export interface RouteAnswer {
  /** 0: none. */
  readonly status: number;
  readonly ms: number;
  /** Of the body. */
  readonly bytes: number;
  readonly crc32: string;
  /** cut: it ended before the length that it gave itself; silent: it did not end in time. */
  readonly how: 'whole' | 'cut' | 'silent' | 'refused';
}

/** In the order in which they were asked for, where that was one after the other. */
export type RouteReading = readonly RouteAnswer[];

export interface Asking {
  readonly address: string;
  readonly port: number;
  /** `METHOD /path`; of one that stands for all below, something below is asked for. */
  readonly route: string;
  /** User-Agent: to the server, a client of its own. */
  readonly agent: string;
  readonly count: number;
  readonly atOnce: number;
  readonly patienceMs: number;
}

/** Asks from within the network of `asker`'s node, by images/toolbox/httpprobe.c. */
export async function askRoute(
  asker: NodeAccess,
  { address, port, route, agent, count, atOnce, patienceMs }: Asking,
  signal: AbortSignal,
): Promise<RouteReading> {
  const [method = '', path = ''] = route.replace(/\*$/, 'understudy').split(' ');
  const words = [address, port, method, path, agent, count, atOnce, patienceMs].map(String);
  const rounds = Math.ceil(count / atOnce);
  const { exitCode, stdout, stderr } = await asker.exec(['httpprobe', ...words], {
    timeoutMs: 10_000 + rounds * patienceMs,
    signal,
  });
  if (exitCode !== 0) throw new Error(`${asker.name}: ${route} could not be asked for: ${stderr.trim()}`);
  return routeReading(stdout);
}

/** Pure: of what httpprobe prints. */
export function routeReading(text: string): RouteReading {
  return text.split('\n').flatMap((line): readonly RouteAnswer[] => {
    const [status, ms, bytes, crc32 = '', how = ''] = line.split(' ');
    if (how !== 'whole' && how !== 'cut' && how !== 'silent' && how !== 'refused') return [];
    return [{ status: Number(status), ms: Number(ms), bytes: Number(bytes), crc32, how }];
  });
}
