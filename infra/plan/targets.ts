import { UsageError } from '../errors.ts';
import type { Fault } from '../spec/fault.ts';
import { shapeLinks } from './network-shape.ts';
import type { PlannedNode } from './plan.ts';
import { linkText, targetText } from './target.ts';
import { drawFor } from './seed.ts';

/**
 * The links and disks that a fault of a profile is on, sorted. A seeded shape is the same wherever it stands in one
 * profile: what is cut off and then slow is one minority, not two.
 * @throws UsageError (64) where it is on nothing in this cluster.
 */
export function targetsOf(
  profile: string,
  { name, on }: Fault,
  nodes: readonly PlannedNode[],
  seed: number,
): readonly string[] {
  const found = 'links' in on ? linksOf(on.links, nodes, { profile, seed }) : disksOf(on.disks, nodes);
  if (found.length > 0) return [...new Set(found)].sort();
  throw new UsageError('no-target', `fault "${profile}/${name}" has no target in this cluster`, {
    hint: `its roles and nodes are ${[...new Set(nodes.flatMap((node) => [node.role, node.name]))].join(', ')}`,
  });
}

type LinkTarget = Extract<Fault['on'], { links: unknown }>['links'];
type DiskTarget = Extract<Fault['on'], { disks: unknown }>['disks'];

function linksOf(
  target: LinkTarget,
  nodes: readonly PlannedNode[],
  { profile, seed }: { readonly profile: string; readonly seed: number },
): readonly string[] {
  if (target !== 'all' && 'shape' in target) {
    const { shape, among } = target;
    return shapeLinks(target, named(among, nodes), drawFor(seed, `${profile}/${shape} of ${among}`));
  }
  const ends = target === 'all' ? [{ from: '*', to: '*', both: false }] : target;
  return ends.flatMap(({ from, to, both }) =>
    named(from, nodes).flatMap((a) =>
      named(to, nodes)
        .filter((b) => b !== a)
        .flatMap((b) => (both ? [linkText(a, b), linkText(b, a)] : [linkText(a, b)])),
    ),
  );
}

function disksOf(target: DiskTarget, nodes: readonly PlannedNode[]): readonly string[] {
  const wanted = target === 'all' ? [{ node: '*', path: undefined }] : target;
  return wanted.flatMap(({ node, path }) => {
    const names = named(node, nodes);
    return nodes
      .filter(({ name }) => names.includes(name))
      .flatMap(({ name, disks }) =>
        disks
          .filter((disk) => path === undefined || disk.path === path)
          .map(({ path }) => targetText({ on: 'disk', node: name, path })),
      );
  });
}

function named(roleOrNode: string, nodes: readonly PlannedNode[]): readonly string[] {
  return nodes
    .filter(({ name, role }) => roleOrNode === '*' || role === roleOrNode || name === roleOrNode)
    .map(({ name }) => name);
}
