import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { Readable } from 'node:stream';
import type { PlannedNode } from '../../../../infra/plan/plan.ts';
import { Readiness } from '../../../../infra/spec/cluster.ts';
import type { NodeAccess } from '../../../../scripts/nodes/node.ts';
import { probeOf, wordsOf } from '../../../../scripts/rehearsal/readiness-probe.ts';
import { untilReady } from '../../../../scripts/rehearsal/readiness.ts';
import { fakeNode, thisMachine } from '../../../support/fake-node.ts';

const redact = (text: string): string => text.replaceAll('hunter2', '[redacted]');

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** Tries a condition on this machine: exit code and last words of what a node would run. */
async function tried(raw: Record<string, unknown>): Promise<{ exitCode: number; stdout: string }> {
  const probe = probeOf(Readiness.parse(raw), 'systemd');
  if (probe.kind !== 'command') throw new Error('not run in the node');
  const { exitCode, stdout } = await thisMachine.exec(probe.argv);
  return { exitCode, stdout: stdout.trim() };
}

async function portOf(server: Server): Promise<number> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('a condition', () => {
  test('tcp holds while somebody listens on that port, and no longer', async () => {
    const server = createServer();
    const tcp = await portOf(server);
    expect(await tried({ tcp })).toEqual({ exitCode: 0, stdout: '' });
    server.close();
    await once(server, 'close');
    expect(await tried({ tcp })).toEqual({ exitCode: 1, stdout: `nothing listens on port ${tcp}` });
  });

  test('http holds where the answer has the status that was asked for; the path travels as it is written', async () => {
    const asked: (string | undefined)[] = [];
    const port = await portOf(
      createHttpServer(({ url }, response) => {
        asked.push(url);
        response.writeHead(204).end();
      }),
    );
    const path = "/health%2Fx?a='b'&c=$HOME&d=%s\\n";
    expect(await tried({ http: { port, path, status: 204 } })).toEqual({
      exitCode: 0,
      stdout: 'answered 204',
    });
    expect(await tried({ http: { port, path: '/' } })).toEqual({ exitCode: 1, stdout: 'answered 204' });
    expect(asked).toEqual([path, '/']);
  });

  test('http does not hold where nobody answers', async () => {
    const server = createServer();
    const port = await portOf(server);
    server.close();
    await once(server, 'close');
    expect((await tried({ http: { port, path: '/' } })).exitCode).toBe(1);
  });

  test('command is run as it is, without a shell', async () => {
    expect(await tried({ command: ['test', '-d', '/'] })).toEqual({ exitCode: 0, stdout: '' });
    expect((await tried({ command: ['echo', '$(id) *'] })).stdout).toBe('$(id) *');
  });

  test('of a machine’s unit and log are asked of systemd', () => {
    const argv = (raw: Record<string, unknown>): unknown => probeOf(Readiness.parse(raw), 'systemd');
    expect(argv({ unit: 'nginx' })).toEqual({ kind: 'command', argv: ['systemctl', 'is-active', 'nginx'] });
    expect(argv({ log: 'celery@.* ready' })).toMatchObject({
      argv: expect.arrayContaining(['celery@.* ready']),
    });
  });

  test.each<[Record<string, unknown>, string]>([
    [{ unit: 'nginx' }, 'unit nginx'],
    [{ tcp: 80 }, 'TCP port 80'],
    [{ http: { port: 80, path: '/x' } }, 'HTTP 200 on port 80/x'],
    [{ command: ['test', '-f', '/x'] }, '"test -f /x" to succeed'],
    [{ log: 'ready$' }, 'a log line that matches ready$'],
  ])('%j can be said in words', (raw, words) => {
    expect(wordsOf(Readiness.parse(raw))).toBe(words);
  });
});

const plain: Pick<PlannedNode, 'name' | 'init'> = { name: 'web-1', init: 'image' };

function planned(ready: Record<string, unknown> | null, init: PlannedNode['init'] = 'image'): PlannedNode {
  return {
    ...plain,
    init,
    role: 'web',
    host: 11,
    image: { kind: 'pulled', reference: 'x' },
    cpus: null,
    memoryMiB: 64,
    pids: 64,
    units: [],
    disks: [],
    environment: {},
    files: [],
    limits: {},
    sysctls: {},
    capabilities: [],
    command: null,
    ready: ready === null ? null : Readiness.parse(ready),
    forwards: [],
  };
}

const running = { running: true, exitCode: null, startedAt: null, finishedAt: null, outOfMemory: false };
const never = new AbortController().signal;

describe('waiting for a node', () => {
  test('ends when its condition holds, after as many tries as that takes', async () => {
    let tries = 0;
    const node = fakeNode({
      state: () => Promise.resolve(running),
      exec: () => Promise.resolve({ exitCode: (tries += 1) < 3 ? 1 : 0, stdout: '', stderr: '' }),
    });
    await untilReady(planned({ command: ['x'] }), node, never, redact);
    expect(tries).toBe(3);
  });

  test('of a container reads what it wrote, where no journal is', async () => {
    let said = 'starting\n';
    const node: NodeAccess = fakeNode({
      state: () => Promise.resolve(running),
      logs: () => {
        const now = Readable.from([Buffer.from(said)]);
        said += 'ready to serve\n';
        return Promise.resolve(now);
      },
    });
    await untilReady(planned({ log: '^ready to' }), node, never, redact);
    const output = fakeNode({
      state: () => Promise.resolve(running),
      logs: () => Promise.resolve(Readable.from([Buffer.from('a'.repeat(64))])),
    });
    await expect(
      untilReady(planned({ log: '^(([a-z0-9 ])+.)+!$', timeoutMs: 50 }), output, never, redact),
    ).rejects.toMatchObject({ message: expect.stringContaining('takes more than 250 ms') });
    await expect(
      untilReady(planned({ log: '^never', timeoutMs: 50 }), node, never, redact),
    ).rejects.toMatchObject({
      exit: 69,
      message: expect.stringMatching(/waited for a log line that matches \^never, last saw: ready to serve$/),
    });
  });

  test('that never is ready fails after its deadline with the condition, what was seen last, and its log', async () => {
    const node = fakeNode({
      state: () => Promise.resolve(running),
      exec: ([command]) =>
        Promise.resolve(
          command === 'journalctl'
            ? { exitCode: 127, stdout: '', stderr: '' }
            : { exitCode: 1, stdout: 'nothing yet\nnothing listens on port 80\n', stderr: '' },
        ),
      logs: () => Promise.resolve(Readable.from([Buffer.from('first line\nlast line\n')])),
    });
    await expect(untilReady(planned({ tcp: 80, timeoutMs: 50 }), node, never, redact)).rejects.toMatchObject({
      exit: 69,
      code: 'not-ready',
      message:
        'web-1 was not ready within 50 ms: waited for TCP port 80, last saw: nothing listens on port 80',
      hint: 'its log:\n  first line\n  last line',
    });
  });

  test('that has ended fails at once, with its last lines', async () => {
    const node = fakeNode({
      state: () =>
        Promise.resolve({
          running: false,
          exitCode: 137,
          startedAt: null,
          finishedAt: null,
          outOfMemory: false,
        }),
      exec: () => Promise.reject(new Error('container is not running')),
      logs: () => Promise.resolve(Readable.from([Buffer.from('out of memory, hunter2\n')])),
    });
    await expect(untilReady(planned({ tcp: 80 }), node, never, redact)).rejects.toMatchObject({
      code: 'node-died',
      message: 'web-1 ended with exit code 137 before it was ready',
      hint: 'its last lines:\n  out of memory, [redacted]',
      reason:
        'node web-1 ended with exit code 137 before it was ready; it said last: “out of memory, [redacted]”',
    });
  });

  test('of which nothing is asked is ready when it runs; a machine, when it has booted', async () => {
    const asked: string[] = [];
    const node = fakeNode({
      state: () => Promise.resolve(running),
      exec: (argv) => {
        asked.push(argv.join(' '));
        return Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
      },
    });
    await untilReady(planned(null), node, never, redact);
    expect(asked).toEqual([]);
    await untilReady(planned(null, 'systemd'), node, never, redact);
    expect(asked).toEqual([expect.stringContaining('systemctl is-system-running')]);
  });

  test('ends at once when it is interrupted', async () => {
    const interrupt = new AbortController();
    const node = fakeNode({
      state: () => Promise.resolve(running),
      exec: () => {
        interrupt.abort(new Error('interrupted'));
        return Promise.reject(new Error('closed'));
      },
    });
    await expect(untilReady(planned({ tcp: 80 }), node, interrupt.signal, redact)).rejects.toThrow(
      'interrupted',
    );
  });
});
