import type { Cluster } from './cluster.ts';
import type { Report } from './semantics.ts';

/** Names that mean two things, and routes that are answered twice. */
export function dependencyProblems({ dependencies, roles }: Cluster, report: Report): void {
  for (const [name, { mock }] of Object.entries(dependencies)) {
    const other = clash(name, roles, Object.keys(dependencies));
    if (other !== null)
      report(
        ['dependencies', name],
        'name-clash',
        `dependency "${name}" has the name of ${other}`,
        'it is a node of its own, reached by its name; give it another',
        'name',
      );
    for (const [index, { route }] of mock.entries()) {
      if (mock.findIndex((one) => one.route === route) === index) continue;
      report(
        ['dependencies', name, 'mock', index, 'route'],
        'duplicate',
        `"${route}" is answered twice`,
        'give each route one answer',
      );
    }
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
