import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { packageRoot } from '../../../../infra/places.ts';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import { Forwards, forwardsOf, whyNotListening } from '../../../../scripts/rehearsal/forwards.ts';
import { fakeNode, thisMachine } from '../../../support/fake-node.ts';

const open: (() => unknown)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

test('every node of a role that declares a forward has one', () => {
  const { plan } = loadPlan({ cluster: 'thumbnails', profiles: [], seed: 1, set: {}, suites: [] });
  expect(forwardsOf(plan)).toEqual([{ node: 'broker-1', port: 6379, hostPort: null }]);
  const golden = join(packageRoot, 'tests/golden/node-arguments/cluster.yaml');
  expect(forwardsOf(loadPlan({ cluster: golden, profiles: [], seed: 1, set: {}, suites: [] }).plan)).toEqual([
    { node: 'machine-1', port: 22, hostPort: 2222 },
  ]);
});

test('ports are taken before anything is created, each another one, on this machine alone', async () => {
  const forwards = await reserved([
    { node: 'a-1', port: 80, hostPort: null },
    { node: 'a-2', port: 80, hostPort: null },
  ]);
  const [first, second] = forwards.list;
  expect(first).toMatchObject({ node: 'a-1', port: 80, host: '127.0.0.1' });
  expect(first?.hostPort).not.toBe(second?.hostPort);
});

test('a fixed port that somebody else has ends with 69, and the others are given back', async () => {
  const taken = await listening(createServer());
  const free = await listening(createServer());
  const [freePort, takenPort] = [portOf(free), portOf(taken)];
  free.close();
  await once(free, 'close');
  await expect(
    reserved([
      { node: 'a-1', port: 80, hostPort: freePort },
      { node: 'a-2', port: 80, hostPort: takenPort },
    ]),
  ).rejects.toMatchObject({
    exit: 69,
    code: 'port-taken',
    message: `port ${takenPort} of 127.0.0.1 is taken`,
  });
  const again = await reserved([{ node: 'a-1', port: 80, hostPort: freePort }]);
  expect(again.list).toMatchObject([{ hostPort: freePort }]);
});

test('bytes go both ways over a command in the node, and the end of the answer ends the connection', async () => {
  const server = await listening(
    createServer((socket) => {
      socket.once('data', (question: Buffer) => socket.end(`you said ${question.toString()}`));
    }),
  );
  const forwards = await reserved([{ node: 'this-machine', port: portOf(server), hostPort: null }]);
  forwards.open(new Map([['this-machine', thisMachine]]));
  forwards.hold();
  const socket = connect(forwards.list[0]?.hostPort ?? 0, '127.0.0.1');
  open.push(() => socket.destroy());
  socket.write('hello');
  expect(await text(socket)).toBe('you said hello');
});

describe('nothing goes on in the node when who connected has left, although the other end is still there', () => {
  test.each([
    ['while it was connected', false],
    ['while the command was being started', true],
  ])('%s', async (_when, early) => {
    const node = await listening(createServer());
    const door = await listening(createServer());
    const entered = new Promise<Socket>((resolve) => door.once('connection', resolve));
    connect(portOf(door), '127.0.0.1').on('error', () => undefined);
    const socket = await entered;
    const leave = async (): Promise<void> => {
      const left = once(socket, 'close');
      socket.destroy();
      await left;
    };
    const started: Promise<number>[] = [];
    const watched = fakeNode({
      start: async (argv) => {
        if (early) await leave();
        const relay = await thisMachine.start(argv);
        started.push(relay.exited);
        return relay;
      },
    });
    const forwards = await reserved([]);
    forwards.open(new Map([['this-machine', watched]]));
    const reached = once(node, 'connection');
    await forwards.relay(socket, 'this-machine', portOf(node));
    if (!early) {
      await reached;
      await leave();
    }
    expect(started).toHaveLength(1);
    await Promise.all(started);
  });
});

test('nobody is let through to a node that is not up yet', async () => {
  const forwards = await reserved([{ node: 'a-1', port: 80, hostPort: null }]);
  forwards.hold();
  const socket = connect(forwards.list[0]?.hostPort ?? 0, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'close');
  expect(socket.bytesRead).toBe(0);
});

test('a node that is down turns away who connects, and nothing else happens', async () => {
  const forwards = await reserved([{ node: 'node-1', port: 80, hostPort: null }]);
  const down = fakeNode({ start: () => Promise.reject(new Error('container is not running')) });
  forwards.open(new Map([['node-1', down]]));
  forwards.hold();
  const socket = connect(forwards.list[0]?.hostPort ?? 0, '127.0.0.1');
  open.push(() => socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'close');
  expect(socket.bytesRead).toBe(0);
});

describe('a connection that cannot be let through is closed, and why is told', () => {
  const noBash = fakeNode({
    start: async () => thisMachine.start(['sh', '-c', 'exit 127']),
    exec: async () => thisMachine.exec(['sh', '-c', 'exit 127']),
  });
  const down = fakeNode({
    start: () => Promise.reject(new Error('container is paused')),
    exec: () => Promise.reject(new Error('container is paused')),
  });
  test.each([
    ['nobody listens', thisMachine, /^nothing listens on port \d+ of this-machine$/],
    ['there is no bash', noBash, /^node-1 has no bash, which a forward needs$/],
    ['the node is down', down, /^node-1 takes no command: container is paused$/],
  ])('%s', async (_why, node, words) => {
    const free = await listening(createServer());
    const port = portOf(free);
    free.close();
    await once(free, 'close');

    const told = Promise.withResolvers<string>();
    const forwards = await reserved([{ node: node.name, port, hostPort: null }], told.resolve);
    forwards.open(new Map([[node.name, node]]));
    forwards.hold();
    const socket = connect(forwards.list[0]?.hostPort ?? 0, '127.0.0.1');
    open.push(() => socket.destroy());
    socket.on('error', () => undefined);
    await once(socket, 'close');
    expect(await told.promise).toMatch(words);
    expect(await whyNotListening(node, port, new AbortController().signal)).toMatch(words);
  });

  test('but nothing is told of one that was let through, even if nothing was said', async () => {
    const silent = await listening(createServer((socket) => socket.end()));
    const port = portOf(silent);
    const told: string[] = [];
    const ends: Promise<number>[] = [];
    const watched = fakeNode({
      start: async (argv) => {
        const relay = await thisMachine.start(argv);
        ends.push(relay.exited);
        return relay;
      },
    });
    const forwards = await reserved([{ node: 'a-1', port, hostPort: null }], (why) => told.push(why));
    forwards.open(new Map([['a-1', watched]]));
    forwards.hold();
    const socket = connect(forwards.list[0]?.hostPort ?? 0, '127.0.0.1');
    open.push(() => socket.destroy());
    expect(await text(socket)).toBe('');
    expect(ends).toHaveLength(1);
    await Promise.all(ends);
    expect(told).toEqual([]);
    expect(await whyNotListening(thisMachine, port, new AbortController().signal)).toBeNull();
  });
});

test('who leaves while the relay is being started leaves nothing running in the node', async () => {
  const forwards = await reserved([{ node: 'this-machine', port: 80, hostPort: null }]);
  const closed = Promise.withResolvers<undefined>();
  const asked = Promise.withResolvers<undefined>();
  const gone = Promise.withResolvers<undefined>();
  const slow = fakeNode({
    start: async () => {
      const relay = await thisMachine.start(['cat']);
      asked.resolve(undefined);
      await gone.promise;
      const close = (): void => {
        relay.close();
        closed.resolve(undefined);
      };
      return { ...relay, close };
    },
  });
  const [client, server] = await connected();
  forwards.open(new Map([['this-machine', slow]]));
  const relayed = forwards.relay(server, 'this-machine', 80);
  await asked.promise;
  server.resume();
  const left = once(server, 'close');
  client.destroy();
  await left;
  gone.resolve(undefined);
  await relayed;
  await closed.promise;
});

/** Both ends of one connection. */
async function connected(): Promise<[Socket, Socket]> {
  const server = await listening(createServer());
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const client = connect(portOf(server), '127.0.0.1');
  open.push(() => client.destroy());
  return [client, await accepted];
}

async function reserved(...asked: Parameters<typeof Forwards.reserve>): Promise<Forwards> {
  const forwards = await Forwards.reserve(...asked);
  open.push(() => {
    forwards.close();
  });
  return forwards;
}

async function listening(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => server.close());
  return server;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
