import { suggestion } from './allowed.ts';
import type { Cluster } from './cluster.ts';
import { hexOf, type HttpDependency, type Proxied, type TcpDependency, type TcpPort } from './dependency.ts';
import type { Path } from './document.ts';
import type { Report } from './semantics.ts';

/** Names that mean two things, what is answered twice or never, and servers that are not there to be asked. */
export function dependencyProblems({ dependencies, roles }: Cluster, report: Report): void {
  for (const [name, dependency] of Object.entries(dependencies)) {
    const other = clash(name, roles, Object.keys(dependencies));
    if (other !== null)
      report(
        ['dependencies', name],
        'name-clash',
        `dependency "${name}" has the name of ${other}`,
        'it is a node of its own, reached by its name; give it another',
        'name',
      );
    const at = ['dependencies', name];
    if (dependency.protocol === 'tcp') ofPorts(dependency, at, roles, report);
    else ofRoutes(dependency, at, roles, report);
  }
}

/** Nodes go by `<role>-<n>`, and a dependency has one. */
function clash(name: string, roles: Cluster['roles'], dependencies: readonly string[]): string | null {
  if (name === 'host') return 'this machine, for suites';
  if (Object.hasOwn(roles, name)) return `role "${name}"`;
  if (Object.hasOwn(roles, `${name}-1`)) return `the node of role "${name}-1"`;
  const [, of = '', number = ''] = /^(.+)-([1-9]\d*)$/.exec(name) ?? [];
  if (Object.hasOwn(roles, of) && Number(number) <= (roles[of]?.count ?? 0)) return `a node of role "${of}"`;
  return number === '1' && dependencies.includes(of) ? `the node of dependency "${of}"` : null;
}

function ofRoutes(
  { mock, proxies, routes }: HttpDependency,
  at: Path,
  roles: Cluster['roles'],
  report: Report,
): void {
  if (mock === undefined && proxies === undefined)
    report(
      at,
      'answers-nothing',
      `dependency "${String(at.at(-1))}" answers nothing`,
      'mock: what it answers, route by route; or proxies: which node is asked in its place, and routes:',
      'name',
    );
  if (routes !== undefined && proxies === undefined)
    report(
      [...at, 'routes'],
      'proxies-nobody',
      'routes that go on to nobody',
      'add proxies: { node, port }, or answer them under mock:',
      'name',
    );
  if (proxies !== undefined && routes === undefined)
    report(
      [...at, 'proxies'],
      'no-routes',
      `no route of "${String(at.at(-1))}" is named`,
      'routes: those of it that faults can be on and that are measured, such as [GET /health]',
      'name',
    );
  if (proxies !== undefined) ofProxied(proxies, [...at, 'proxies'], roles, report);
  const all = [
    ...(mock ?? []).map(({ route }, index) => ({ route, path: ['mock', index, 'route'] })),
    ...(routes ?? []).map((route, index) => ({ route, path: ['routes', index] })),
  ];
  for (const [index, { route, path }] of all.entries()) {
    if (all.findIndex((one) => one.route === route) === index) continue;
    report([...at, ...path], 'duplicate', `"${route}" is answered twice`, 'give each route one answer');
  }
}

function ofPorts({ ports }: TcpDependency, at: Path, roles: Cluster['roles'], report: Report): void {
  for (const [index, one] of ports.entries()) {
    const here = [...at, 'ports', index];
    if (ports.findIndex(({ port }) => port === one.port) !== index)
      report([...here, 'port'], 'duplicate', `port ${one.port} is declared twice`, 'name it once');
    if (one.proxies !== undefined) ofProxied(one.proxies, [...here, 'proxies'], roles, report);
    ofOnePort(one, here, report);
  }
}

function ofOnePort(
  { port, proxies, greeting, ends, answers, asks }: TcpPort,
  at: Path,
  report: Report,
): void {
  const script = { greeting, ends, answers };
  const scripted = (['greeting', 'ends', 'answers'] as const).filter((key) => script[key] !== undefined);
  const [key] = scripted;
  if (proxies !== undefined && key !== undefined)
    report(
      [...at, key],
      'two-answers',
      `${key} of a port that goes on to ${proxies.node}`,
      'one of proxies: and a script (greeting:, ends:, answers:)',
      'name',
    );
  else if (proxies === undefined && greeting === undefined && answers === undefined)
    report(
      at,
      'answers-nothing',
      `port ${port} answers nothing`,
      'greeting: or answers: what it says; or proxies: { node, port }, who is asked in its place',
    );
  if (proxies !== undefined && asks === undefined)
    report(
      [...at, 'proxies'],
      'asks-nothing',
      `nothing says how port ${port} can be seen to answer`,
      'asks: a request that is always answered alike and changes nothing, or "" where the server speaks first',
      'name',
    );
  if (proxies === undefined && answers !== undefined) ofScript(answers, ends, at, report);
}

function ofScript(
  answers: NonNullable<TcpPort['answers']>,
  ends: TcpPort['ends'],
  at: Path,
  report: Report,
): void {
  const all = answers.map(({ to }) => hexOf(to));
  for (const [index, to] of all.entries()) {
    const path = [...at, 'answers', index, 'to'];
    if (all.indexOf(to) !== index)
      report(path, 'duplicate', 'this is answered twice', 'give each request one answer');
    else if (ends === undefined && to === '')
      report(path, 'no-end', 'nothing says where such a request ends', 'ends: "\\n", or another text');
    else if (ends === undefined && all.some((other) => other !== to && to.startsWith(other) && other !== ''))
      report(
        path,
        'no-end',
        'it begins with another request, so that nobody knows which of the two has come',
        'ends: the text with which each request ends; or a "to" that no other one begins with',
      );
  }
  if (ends !== undefined && hexOf(ends) === '')
    report([...at, 'ends'], 'no-end', 'a request that ends with nothing', 'ends: "\\n", or leave it out');
}

function ofProxied({ node }: Proxied, at: Path, roles: Cluster['roles'], report: Report): void {
  const role = Object.hasOwn(roles, node) ? roles[node] : undefined;
  const nodes = Object.entries(roles).flatMap(([name, { count }]) =>
    Array.from({ length: count }, (_, index) => `${name}-${index + 1}`),
  );
  if (nodes.includes(node) || role?.count === 1) return;
  if (role !== undefined)
    report(
      [...at, 'node'],
      'many-nodes',
      `role "${node}" has ${role.count} nodes`,
      `one of ${nodes.filter((one) => one.startsWith(`${node}-`)).join(', ')}`,
    );
  else
    report(
      [...at, 'node'],
      'unknown-node',
      `"${node}" is no node of a role of this cluster`,
      suggestion(node, [...Object.keys(roles).filter((name) => roles[name]?.count === 1), ...nodes]),
    );
}
