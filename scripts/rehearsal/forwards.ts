import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { HostError, messageOf } from '../../infra/errors.ts';
import type { Handle } from '../../infra/handle.ts';
import type { Plan } from '../../infra/plan/plan.ts';
import type { NodeAccess, NodeProcess } from '../nodes/node.ts';

type Forward = Handle['forwards'][number];

interface Wanted {
  readonly node: string;
  readonly port: number;
  /** null: whichever is free. */
  readonly hostPort: number | null;
}

/** All forwards that the roles of a plan declare. */
export function forwardsOf({ nodes }: Plan): readonly Wanted[] {
  return nodes.flatMap(({ name, forwards }) => forwards.map((one) => ({ node: name, ...one })));
}

/** Listeners on this machine's loopback for ports of nodes, taken before anything is created. */
export class Forwards {
  readonly list: readonly Forward[];
  readonly #servers: readonly Server[];
  readonly #sockets = new Set<Socket>();
  readonly #onRefused: (why: string) => void;
  #nodes: ReadonlyMap<string, NodeAccess> = new Map();

  private constructor(
    list: readonly Forward[],
    servers: readonly Server[],
    onRefused: (why: string) => void,
  ) {
    this.list = list;
    this.#servers = servers;
    this.#onRefused = onRefused;
  }

  /**
   * `onRefused` hears of every connection that could not be let through, and why.
   * @throws HostError (69) where a fixed host port is somebody else's.
   */
  static async reserve(
    wanted: readonly Wanted[],
    onRefused: (why: string) => void = () => undefined,
  ): Promise<Forwards> {
    const servers: Server[] = [];
    const list: Forward[] = [];
    const reserved: { forwards: Forwards | null } = { forwards: null };
    try {
      for (const { node, port, hostPort } of wanted) {
        const server = createServer((socket) => void reserved.forwards?.relay(socket, node, port));
        servers.push(server);
        list.push({ node, port, host: '127.0.0.1', hostPort: await listen(server, hostPort) });
      }
    } catch (error) {
      for (const server of servers) server.close();
      throw error;
    }
    reserved.forwards = new Forwards(list, servers, onRefused);
    return reserved.forwards;
  }

  /** From now on connections reach the nodes. */
  open(nodes: ReadonlyMap<string, NodeAccess>): void {
    this.#nodes = nodes;
  }

  /** Keeps the process alive as long as it listens. */
  hold(): void {
    for (const server of this.#servers) server.ref();
  }

  close(): void {
    this.#nodes = new Map();
    for (const server of this.#servers) server.close();
    // A client that idles would keep the process alive.
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Bytes go over an exec stream into the node's own namespace, so a remote engine serves as well. */
  async relay(socket: Socket, node: string, port: number): Promise<void> {
    const access = this.#nodes.get(node);
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    if (access === undefined) {
      socket.destroy();
      return;
    }
    let process: NodeProcess;
    try {
      process = await access.start(['bash', '-c', relayScript, 'bash', String(port)]);
    } catch (error) {
      // A node that is down, stopped by a fault for one: whoever connects is turned away, and the run goes on.
      this.#onRefused(unwilling(node, error));
      socket.destroy();
      return;
    }
    if (socket.destroyed) {
      process.close(); // who connected has left while it was being started: the event has been and gone
      return;
    }
    process.stdin.on('error', () => socket.destroy());
    const said = lastWords(process.stderr);
    void process.exited.then((exitCode) => {
      const why = whyNoConnection({ node, port, exitCode, said: said() });
      if (why !== null) this.#onRefused(why);
      if (why !== null || exitCode < 0) socket.destroy(); // below 0: its node is gone
    });
    socket.on('close', () => {
      process.close();
    });
    socket.pipe(process.stdin);
    process.stdout.pipe(socket);
  }
}

/** Why connections to a port of a node would be closed at this moment; null: something there takes them. */
export async function whyNotListening(
  access: NodeAccess,
  port: number,
  signal: AbortSignal,
): Promise<string | null> {
  const { name: node } = access;
  const script = `exec 3<>"/dev/tcp/127.0.0.1/$1" || exit ${refusedExit}`;
  try {
    const tried = await access.exec(['bash', '-c', script, 'bash', String(port)], {
      timeoutMs: 10_000,
      signal,
    });
    return whyNoConnection({ node, port, exitCode: tried.exitCode, said: tried.stdout + tried.stderr });
  } catch (error) {
    return unwilling(node, error);
  }
}

function unwilling(node: string, error: unknown): string {
  return `${node} takes no command: ${messageOf(error)}`;
}

/** How our script ends where it reached nothing; it ends so for no other reason. */
const refusedExit = 71;
/** How an engine, or a shell, ends a command that is not there. */
const commandMissing: readonly number[] = [126, 127];

function whyNoConnection(ended: {
  readonly node: string;
  readonly port: number;
  readonly exitCode: number;
  readonly said: string;
}): string | null {
  const { node, port, exitCode, said } = ended;
  if (commandMissing.includes(exitCode)) return `${node} has no bash, which a forward needs`;
  if (exitCode !== refusedExit) return null;
  return said.includes('refused')
    ? `nothing listens on port ${port} of ${node}`
    : `port ${port} of ${node} cannot be reached: ${lastLine(said)}`;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

/** The end of what is written to a stream, as far as it came. */
function lastWords(stream: Readable): () => string {
  let said = '';
  stream.on('data', (chunk: Uint8Array | string) => {
    said = (said + chunk.toString()).slice(-2_000);
  });
  return () => said;
}

/**
 * Both ways at once, until either end has said its last: an answer may end with the connection, as in HTTP/1.0. Whichever
 * way ends first ends the other; one that ended before anybody looked is looked for once.
 */
const relayScript = [
  `exec 3<>"/dev/tcp/127.0.0.1/$1" 4<&0 || exit ${refusedExit}`,
  'cat <&3 & down=$!',
  'cat <&4 >&3 & up=$!',
  'end() { kill $down $up 2>/dev/null; }',
  'trap end CHLD',
  '{ kill -0 $down && kill -0 $up; } 2>/dev/null || end',
  'wait',
].join('\n');

async function listen(server: Server, hostPort: number | null): Promise<number> {
  server.listen(hostPort ?? 0, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new HostError('port-taken', `port ${hostPort ?? 0} of 127.0.0.1 is taken`, {
      hint: 'end what listens there, or leave hostPort out: a free one is chosen and stands in handle.json',
      cause,
    });
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP listener without a port');
  server.unref();
  return address.port;
}
