import { afterAll, afterEach, expect, test } from '@jest/globals';
import Docker from 'dockerode';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DockerNode } from '../../../../scripts/nodes/docker.ts';
import { withDeadline } from '../../../../scripts/with-deadline.ts';
import { smallEngine } from '../../../support/small-engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'understudy-node-'));
const open: { server: Server; sockets: Set<Socket> }[] = [];

afterEach(() => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a command that is interrupted while the engine starts it does not keep its caller waiting', async () => {
  const interrupt = new AbortController();
  const node = await nodeWhoseCommandsNeverEnd(() => {
    interrupt.abort(new Error('interrupted'));
  });
  await expect(node.exec(['sleep', '600'], { signal: interrupt.signal })).rejects.toThrow('interrupted');
}, 5000);

test('a command that is interrupted while it runs does not either', async () => {
  const node = await nodeWhoseCommandsNeverEnd(() => undefined);
  await expect(node.exec(['sleep', '600'], { timeoutMs: 100 })).rejects.toThrow('timeout');
}, 5000);

test('an archive that is read slowly comes to its end', async () => {
  const bytes = Buffer.alloc(700_000, 'bytes');
  await using engine = await smallEngine(() => ({ status: 200, body: bytes }));
  const node = new DockerNode(engine.docker, 'node-1', 'container');
  const read = async (): Promise<number> => {
    let length = 0;
    for await (const chunk of (await node.copyOut('/core')).pipe(new PassThrough({ highWaterMark: 1_000 }))) {
      if (chunk instanceof Uint8Array) length += chunk.length;
      await nextTurn();
    }
    return length;
  };
  for (let time = 0; time < 30; time += 1)
    expect(await withDeadline('reading it', 2_000, read())).toBe(bytes.length);
}, 20_000);

/** An engine in miniature: it starts any command, tells `starting` first, and never ends it by itself. */
async function nodeWhoseCommandsNeverEnd(starting: () => void): Promise<DockerNode> {
  // A path of its own: Node keeps connections to a path for the next request.
  const socketPath = join(mkdtempSync(join(folder, 'engine-')), 'engine.sock');
  const sockets = new Set<Socket>();
  let running = true;
  const server = createServer((request, response) => {
    const isInspection = request.method === 'GET';
    response.writeHead(isInspection ? 200 : 201, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isInspection ? { Running: running, ExitCode: 137 } : { Id: 'one' }));
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.on('upgrade', (_request, socket) => {
    starting();
    socket.on('close', () => (running = false));
    socket.on('error', () => undefined);
    socket.resume();
    socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
  });
  open.push({ server, sockets });
  await once(server.listen(socketPath), 'listening');
  return new DockerNode(new Docker({ socketPath }), 'node-1', 'container');
}
