import Docker from 'dockerode';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of one request: `POST /containers/create?name=x`, without the version of the interface. */
export interface SmallAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** As JSON, or as the bytes that it is. */
  readonly body?: unknown;
}

export interface SmallEngine extends AsyncDisposable {
  readonly docker: Docker;
  /** All that was asked for, in its order. */
  readonly asked: readonly string[];
}

/** An engine in miniature, on a socket of its own, that gives `answer` to what it is asked. */
export async function smallEngine(answer: (asked: string) => SmallAnswer): Promise<SmallEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-engine-'));
  const socketPath = join(folder, 'engine.sock');
  const asked: string[] = [];
  const server = createServer((request, response) => {
    request.resume();
    const one = `${request.method ?? ''} ${(request.url ?? '').replace(/^\/v[\d.]+/, '')}`;
    asked.push(one);
    const { status, headers = {}, body } = answer(one);
    response.writeHead(status, { connection: 'close', ...headers });
    if (body instanceof Uint8Array) response.end(body);
    else response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  await once(server.listen(socketPath), 'listening');
  return {
    docker: new Docker({ socketPath }),
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      const closed = once(server, 'close');
      server.close();
      await closed;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
