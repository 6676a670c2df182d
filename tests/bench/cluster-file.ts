import { join } from 'node:path';
import { packageRoot } from '../../infra/places.ts';

export interface Shape {
  readonly init: 'image' | 'systemd';
  readonly nodes: number;
}

/** Pure: a cluster of idle nodes, as its author would write it, with a suite that does nothing. */
export function clusterFile({ init, nodes }: Shape): string {
  const role =
    init === 'image'
      ? {
          image: join(packageRoot, 'tests/support/clusters/idle/node'),
          init,
          memoryMiB: 64,
          command: ['sleep', 'infinity'],
        }
      : { image: join(packageRoot, 'images/base'), init, memoryMiB: 128 };
  return JSON.stringify({
    name: clusterName({ init, nodes }),
    roles: { node: { ...role, count: nodes } },
    suites: { nothing: { command: ['true'] } },
  });
}

export function clusterName({ init, nodes }: Shape): string {
  return `bench-${init}-${nodes}`;
}
