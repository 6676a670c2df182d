import Docker from 'dockerode';
import { existsSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../errors.ts';

export interface EngineEndpoint {
  /** As DOCKER_HOST says it: unix:///…, tcp://…, ssh://…. */
  readonly url: string;
  /** Who named it: then it is never replaced by another. */
  readonly namedBy: 'DOCKER_HOST' | 'context' | null;
  /** The engine shares this machine's kernel and files. */
  readonly local: boolean;
}

const defaultSocket = 'unix:///var/run/docker.sock';

/** DOCKER_HOST, then the current Docker context, then the default socket: as the docker command itself decides. */
export function engineEndpoint(): EngineEndpoint {
  const fromEnvironment = process.env['DOCKER_HOST'] ?? '';
  if (fromEnvironment !== '') return endpoint(fromEnvironment, 'DOCKER_HOST');
  const fromContext = currentContext();
  return fromContext === null ? endpoint(defaultSocket, null) : endpoint(fromContext, 'context');
}

export function connectEngine({ url }: EngineEndpoint = engineEndpoint()): Docker {
  if (url.startsWith('unix://')) return new Docker({ socketPath: url.slice('unix://'.length) });
  const { protocol, hostname, port, username } = new URL(url);
  if (protocol === 'ssh:') return new Docker({ protocol: 'ssh', host: hostname, port: port || 22, username });
  return new Docker({
    protocol: tls() === null ? 'http' : 'https',
    host: hostname,
    port: port || 2375,
    ...tls(),
  });
}

function endpoint(url: string, namedBy: EngineEndpoint['namedBy']): EngineEndpoint {
  if (!isEngineUrl(url))
    throw new UsageError('engine-url', `${namedBy ?? 'the default socket'} names no engine: "${url}"`, {
      hint: 'unix:///path/of/docker.sock, tcp://host:port or ssh://user@host',
    });
  return { url, namedBy, local: url.startsWith('unix://') };
}

function isEngineUrl(url: string): boolean {
  if (url.startsWith('unix://')) return url.startsWith('unix:///') && url.length > 'unix:///'.length;
  const parsed = URL.parse(url);
  return parsed !== null && /^(tcp|http|https|ssh):$/.test(parsed.protocol) && parsed.hostname !== '';
}

function tls(): { ca: Buffer; cert: Buffer; key: Buffer } | null {
  const folder = process.env['DOCKER_CERT_PATH'];
  if (folder === undefined || !process.env['DOCKER_TLS_VERIFY']) return null;
  const read = (name: string): Buffer => readFileSync(join(folder, name));
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}

const Config = z.object({ currentContext: z.string().optional() });
const Context = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) });

function currentContext(): string | null {
  const folder = process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
  const name = process.env['DOCKER_CONTEXT'] ?? parse(Config, join(folder, 'config.json'))?.currentContext;
  if (name === undefined || name === '' || name === 'default') return null;
  const id = createHash('sha256').update(name).digest('hex');
  return parse(Context, join(folder, 'contexts/meta', id, 'meta.json'))?.Endpoints.docker.Host ?? null;
}

function parse<S extends z.ZodType>(schema: S, file: string): z.output<S> | null {
  if (!existsSync(file)) return null;
  return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
