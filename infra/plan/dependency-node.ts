import type { Dependency } from '../spec/dependency.ts';
import { Role } from '../spec/cluster.ts';
import { canonicalJson } from './canonical.ts';
import type { PlannedDependency, PlannedFile } from './plan.ts';

const answersFile = '/etc/understudy-dependency.json';

/** A dependency with the text of every answer read. */
export interface LoadedDependency {
  readonly port: number;
  readonly mock: readonly (Omit<Dependency['mock'][number], 'body' | 'bodyFile'> & {
    readonly body: string;
  })[];
}

/** Pure: a dependency is planned as a role of one node, of an image of ours. */
export function dependencyRole({ port }: LoadedDependency): Role {
  return Role.parse({
    image: 'dependency',
    init: 'image',
    memoryMiB: 96,
    command: ['dependency', 'serve', answersFile],
    ready: { tcp: port },
  });
}

/** What the node answers. */
export function answersOf({ port, mock }: LoadedDependency): PlannedFile {
  const content = `${canonicalJson({ port, routes: mock })}\n`;
  return { path: answersFile, content, mode: '0644', owner: 'root:root' };
}

export function plannedDependency({ port, mock }: LoadedDependency): PlannedDependency {
  const bytes = (text: string): number => new TextEncoder().encode(text).length;
  return {
    port,
    routes: mock.map(({ route, status, body }) => ({ route, status, bodyBytes: bytes(body) })),
  };
}
