import type { Problem } from '../errors.ts';
import { child } from './allowed.ts';
import type { Cluster } from './cluster.ts';
import type { Dependency } from './dependency.ts';
import type { Path, SpecDocument } from './document.ts';
import { isDependencyFault, type DependencyFault, type Profile } from './fault.ts';
import { onlyOfHttp } from './faults/dependency.ts';
import { problemAt } from './problems.ts';

interface Finding {
  readonly at: Path;
  readonly message: string;
  readonly hint: string;
}

/** Pure: what a fault says of a dependency that speaks another protocol than it means. One on all of them is on those that fit. */
export function dependencyFaultProblems(
  document: SpecDocument,
  { faults }: Profile,
  { dependencies }: Cluster,
): readonly Problem[] {
  return faults.flatMap((fault, index) => {
    if (!isDependencyFault(fault)) return [];
    const written = ['faults', index].reduce<unknown>(child, document.value);
    const found = fault.on.dependencies.flatMap((target, at) => {
      const dependency = Object.hasOwn(dependencies, target.name)
        ? dependencies[target.name]
        : dependencies[target.name.replace(/-1$/, '')];
      if (dependency === undefined) return [];
      const place = ['on', 'dependencies', at];
      return dependency.protocol === 'tcp'
        ? [...ofTcp(fault, written), ...misplacedRoute(target, dependency.ports, place)]
        : misplacedPort(target, dependency, place);
    });
    const once = found.filter(
      (one, first) => found.findIndex((other) => other.at.join() === one.at.join()) === first,
    );
    return once.map(({ at, ...wording }) =>
      problemAt(document, ['faults', index, ...at], { code: 'protocol', ...wording }),
    );
  });
}

function ofTcp(fault: DependencyFault, written: unknown): readonly Finding[] {
  const names = fault.on.dependencies.map(({ name }) => name).join(', ');
  if (onlyOfHttp.has(fault.kind))
    return [
      {
        at: ['kind'],
        message: `${fault.kind} on "${names}": it is of HTTP, and that speaks TCP`,
        hint: 'dependency.reset resets connections, dependency.hang leaves them without an answer',
      },
    ];
  if (fault.kind === 'dependency.first' && child(written, 'status') !== undefined)
    return [
      {
        at: ['status'],
        message: `a status for "${names}", which speaks TCP`,
        hint: 'leave it out: the first connections are reset',
      },
    ];
  return [];
}

type Target = DependencyFault['on']['dependencies'][number];

function misplacedRoute(
  { name, route, port }: Target,
  ports: Extract<Dependency, { protocol: 'tcp' }>['ports'],
  at: Path,
): readonly Finding[] {
  const all = ports.map((one) => one.port);
  const hint = `port: ${all.length === 1 ? String(all[0]) : `one of ${all.join(', ')}`}; without it the fault is on ${all.length === 1 ? 'that one' : 'all of them'}`;
  if (route !== undefined)
    return [{ at: [...at, 'route'], message: `a route of "${name}", which speaks TCP`, hint }];
  if (port !== undefined && !all.includes(port))
    return [{ at: [...at, 'port'], message: `${port} is no port of "${name}"`, hint }];
  return [];
}

function misplacedPort(
  { name, port }: Target,
  { mock = [], routes = [] }: Extract<Dependency, { mock?: unknown }>,
  at: Path,
): readonly Finding[] {
  if (port === undefined) return [];
  const all = [...mock.map(({ route }) => route), ...routes];
  const hint = `route: one of ${all.join(', ')}; without it the fault is on all of them`;
  return [{ at: [...at, 'port'], message: `a port of "${name}", which speaks HTTP`, hint }];
}
