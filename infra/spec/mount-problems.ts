import type { Cluster } from './cluster.ts';
import type { Path } from './document.ts';
import type { Report } from './semantics.ts';

interface Mount {
  readonly path: string;
  /** Where in the spec it is declared, and whether the mount path is that entry's name. */
  readonly at: Path;
  readonly named: 'value' | 'name';
}

/** Disks and volumes that meet on one path, hide a file, or are no place to mount on. */
export function mountProblems(cluster: Cluster, report: Report): void {
  for (const [role, { files }] of Object.entries(cluster.roles)) {
    const mounts = mountsOf(cluster, role);
    for (const [index, { path, at, named }] of mounts.entries()) {
      if (path === '/')
        report(at, 'mount-on-nothing', 'the root of a node is its image', 'mount it on a folder', named);
      if (mounts.slice(0, index).some((one) => one.path === path))
        report(
          at,
          'mount-clash',
          `something else is already mounted on ${path} of role "${role}"`,
          'give each a path of its own',
          named,
        );
    }
    for (const file of Object.keys(files)) {
      const over = mounts.find(({ path }) => file === path || file.startsWith(`${path}/`));
      if (over === undefined) continue;
      report(
        ['roles', role, 'files', file],
        'hidden-file',
        `${file} would be hidden by what is mounted on ${over.path}`,
        'place the file elsewhere',
        'name',
      );
    }
  }
  for (const [at, { sizeMiB, inodes }] of sized(cluster)) {
    if (inodes === undefined || inodes <= sizeMiB * 1024) continue;
    report(
      [...at, 'inodes'],
      'inodes',
      `${inodes} inodes do not fit ${sizeMiB} MiB`,
      `at most ${sizeMiB * 1024}, one a KiB`,
    );
  }
}

function mountsOf(cluster: Cluster, role: string): readonly Mount[] {
  const disks = Object.keys(cluster.roles[role]?.disks ?? {}).map((path): Mount => ({
    path,
    at: ['roles', role, 'disks', path],
    named: 'name',
  }));
  const shared = Object.entries(cluster.volumes).flatMap(([name, { mountedBy }]): Mount[] => {
    const path = Object.hasOwn(mountedBy, role) ? mountedBy[role] : undefined;
    return path === undefined ? [] : [{ path, at: ['volumes', name, 'mountedBy', role], named: 'value' }];
  });
  return [...disks, ...shared];
}

type Sized = { readonly sizeMiB: number; readonly inodes?: number | undefined };

function sized({ roles, volumes }: Cluster): readonly (readonly [Path, Sized])[] {
  return [
    ...Object.entries(volumes).map(([name, volume]) => [['volumes', name], volume] as const),
    ...Object.entries(roles).flatMap(([role, { disks }]) =>
      Object.entries(disks).map(([path, disk]) => [['roles', role, 'disks', path], disk] as const),
    ),
  ];
}
