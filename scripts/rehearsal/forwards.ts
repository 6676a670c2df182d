import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { HostError } from '../../infra/errors.ts';
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
  #nodes: ReadonlyMap<string, NodeAccess> = new Map();

  private constructor(list: readonly Forward[], servers: readonly Server[]) {
    this.list = list;
    this.#servers = servers;
  }

  /** @throws HostError (69) where a fixed host port is somebody else's. */
  static async reserve(wanted: readonly Wanted[]): Promise<Forwards> {
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
    reserved.forwards = new Forwards(list, servers);
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
    } catch {
      // A node that is down, stopped by a fault for one: whoever connects is turned away, and the run goes on.
      socket.destroy();
      return;
    }
    if (socket.destroyed) {
      process.close(); // who connected has left while it was being started: the event has been and gone
      return;
    }
    process.stdin.on('error', () => socket.destroy());
    process.stderr.resume();
    socket.on('close', () => {
      process.close();
    });
    socket.pipe(process.stdin);
    process.stdout.pipe(socket);
  }
}

/**
 * Both ways at once, until either end has said its last: an answer may end with the connection, as in HTTP/1.0. Whichever
 * way ends first ends the other; one that ended before anybody looked is looked for once.
 */
const relayScript = [
  'exec 3<>"/dev/tcp/127.0.0.1/$1" 4<&0 || exit 1',
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
