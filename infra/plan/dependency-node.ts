import { hexOf, type Dependency, type Proxied, type TcpPort } from '../spec/dependency.ts';
import { Role } from '../spec/cluster.ts';
import { canonicalJson } from './canonical.ts';
import type { PlannedDependency, PlannedFile } from './plan.ts';

const specFile = '/etc/understudy-dependency.json';

/** A dependency as its program takes it (images/dependency): with the text of every answer read, and bytes in hex. */
export type LoadedDependency =
  | {
      readonly protocol: 'http';
      readonly port: number;
      readonly proxies: Proxied | null;
      readonly routes: readonly LoadedRoute[];
    }
  | { readonly protocol: 'tcp'; readonly routes: readonly LoadedPort[] };

interface LoadedRoute {
  readonly route: string;
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** null: it goes on to who is proxied. */
  readonly body: string | null;
}

interface LoadedPort {
  readonly route: string;
  readonly port: number;
  readonly proxies: Proxied | null;
  readonly greeting: string;
  readonly ends: string;
  readonly answers: readonly { readonly to: string; readonly answer: string; readonly closes: boolean }[];
  readonly asks: string;
  readonly answerBytes: number | null;
}

/** Pure, but for `textOf`, which reads a file that the spec names. */
export function loadedDependency(dependency: Dependency, textOf: (file: string) => string): LoadedDependency {
  if (dependency.protocol === 'tcp')
    return { protocol: 'tcp', routes: dependency.ports.map((one) => loadedPort(one)) };
  const { port, mock = [], proxies, routes = [] } = dependency;
  const answered = mock.map(({ route, status, headers, body, bodyFile }) => ({
    route,
    status,
    headers,
    body: body ?? (bodyFile === undefined ? '' : textOf(bodyFile)),
  }));
  const passed = routes.map((route) => ({ route, status: null, headers: {}, body: null }));
  return { protocol: 'http', port, proxies: proxies ?? null, routes: [...answered, ...passed] };
}

function loadedPort({ port, proxies, greeting = '', ends = '', answers = [], asks }: TcpPort): LoadedPort {
  const [first] = answers;
  const said = { greeting: hexOf(greeting), ends: hexOf(ends) };
  const usual = first === undefined ? '' : hexOf(first.to) + said.ends;
  const answer = first === undefined ? '' : hexOf(first.answer);
  return {
    ...said,
    route: `tcp ${port}`,
    port,
    proxies: proxies ?? null,
    answers: answers.map((one) => ({ to: hexOf(one.to), answer: hexOf(one.answer), closes: one.closes })),
    asks: asks === undefined ? usual : hexOf(asks),
    answerBytes: proxies === undefined && asks === undefined ? bytesIn(said.greeting + answer) : null,
  };
}

function bytesIn(hex: string): number {
  return hex.length / 2;
}

/** Pure: a dependency is planned as a role of one node, of an image of ours. */
export function dependencyRole(dependency: LoadedDependency): Role {
  // The last one that its program listens at.
  const port = dependency.protocol === 'http' ? dependency.port : dependency.routes.at(-1)?.port;
  return Role.parse({
    image: 'dependency',
    init: 'image',
    memoryMiB: 96,
    command: ['dependency', 'serve', specFile],
    ready: { tcp: port },
  });
}

/** What the node does. */
export function specOf(dependency: LoadedDependency): PlannedFile {
  return { path: specFile, content: `${canonicalJson(dependency)}\n`, mode: '0644', owner: 'root:root' };
}

export function plannedDependency(dependency: LoadedDependency): PlannedDependency {
  if (dependency.protocol === 'tcp')
    return {
      protocol: 'tcp',
      routes: dependency.routes.map(({ route, port, proxies, asks, answerBytes }) => ({
        route,
        port,
        proxies: proxies?.node ?? null,
        asks,
        answerBytes,
      })),
    };
  const bytes = (text: string): number => new TextEncoder().encode(text).length;
  const { port, proxies, routes } = dependency;
  return {
    protocol: 'http',
    port,
    routes: routes.map(({ route, status, body }) => ({
      route,
      proxies: body === null ? (proxies?.node ?? null) : null,
      status,
      bodyBytes: body === null ? null : bytes(body),
    })),
  };
}
