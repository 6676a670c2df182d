import type { NodeAccess } from '../../nodes/node.ts';

/** What somebody who asked a server over the network was answered. */
export interface RouteAnswer {
  /** 0: none, or it is not of HTTP. */
  readonly status: number;
  readonly ms: number;
  /** Of the body; of all that came, where it is not of HTTP. */
  readonly bytes: number;
  readonly crc32: string;
  /** cut: it ended before the length that it gave itself; silent: it did not end in time. */
  readonly how: 'whole' | 'cut' | 'reset' | 'silent' | 'refused';
}

/** In the order in which they were asked for, where that was one after the other. */
export type RouteReading = readonly RouteAnswer[];

interface AskingAnything {
  readonly address: string;
  readonly port: number;
  readonly count: number;
  readonly atOnce: number;
  readonly patienceMs: number;
}

export interface Asking extends AskingAnything {
  /** `METHOD /path`; of one that stands for all below, something below is asked for. */
  readonly route: string;
  /** User-Agent: to the server, a client of its own. */
  readonly agent: string;
}

export interface AskingPort extends AskingAnything {
  /** In hex; empty where it speaks first. */
  readonly asks: string;
  /** To the server, readings of other numbers are other clients. */
  readonly number: number;
  /** So many bytes are an answer; 0: what comes until nothing more does. */
  readonly enoughBytes: number;
}

/** Asks from within the network of `asker`'s node, by images/toolbox/httpprobe.c. */
export async function askRoute(
  asker: NodeAccess,
  { address, port, route, agent, ...manner }: Asking,
  signal: AbortSignal,
): Promise<RouteReading> {
  const [method = '', path = ''] = route.replace(/\*$/, 'understudy').split(' ');
  const words = [address, port, method, path, agent, manner.count, manner.atOnce, manner.patienceMs];
  return await asked(asker, ['httpprobe', ...words.map(String)], manner, signal);
}

/** An answer over TCP is over when nothing has come for so long. */
const quietMs = 250;
/** Ports that are given to nobody who does not ask for one by its number, and how many one reading has (images/dependency/tcp.py). */
const probePorts = { first: 61_000, ofOne: 128, readings: 35 } as const;

/** The same of whatever is over TCP, by images/toolbox/tcpprobe.c. */
export async function askPort(
  asker: NodeAccess,
  { address, port, asks, number, enoughBytes, ...manner }: AskingPort,
  signal: AbortSignal,
): Promise<RouteReading> {
  const { count, atOnce, patienceMs } = manner;
  const fromPort = probePorts.first + (number % probePorts.readings) * probePorts.ofOne;
  const words = [address, port, fromPort, count, atOnce, enoughBytes, quietMs, patienceMs];
  return await asked(asker, ['tcpprobe', ...words.map(String)], manner, signal, Buffer.from(asks, 'hex'));
}

async function asked(
  asker: NodeAccess,
  argv: readonly string[],
  { count, atOnce, patienceMs }: Pick<AskingAnything, 'count' | 'atOnce' | 'patienceMs'>,
  signal: AbortSignal,
  stdin: Buffer = Buffer.alloc(0),
): Promise<RouteReading> {
  const rounds = Math.ceil(count / atOnce);
  const timeoutMs = 10_000 + rounds * patienceMs;
  const { exitCode, stdout, stderr } = await asker.exec(argv, { timeoutMs, signal, stdin });
  if (exitCode !== 0)
    throw new Error(
      `${asker.name}: ${argv.slice(0, 3).join(' ')} did not ask (${exitCode}): ${stderr.trim()}`,
    );
  return routeReading(stdout);
}

/** Pure: of what both print. */
export function routeReading(text: string): RouteReading {
  return text.split('\n').flatMap((line): readonly RouteAnswer[] => {
    const [status, ms, bytes, crc32 = '', how = ''] = line.split(' ');
    if (!isHow(how)) return [];
    return [{ status: Number(status), ms: Number(ms), bytes: Number(bytes), crc32, how }];
  });
}

function isHow(how: string): how is RouteAnswer['how'] {
  return ['whole', 'cut', 'reset', 'silent', 'refused'].includes(how);
}
