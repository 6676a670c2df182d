import { isCrashPointFault } from '../spec/fault.ts';
import type { Plan, ScheduledFault } from './plan.ts';
import type { Finding } from './senseless.ts';
import { parseTarget } from './target.ts';

/** A disk, and what it is mounted in, are folders: nobody writes to them, and nobody renames them while they are in use. */
export function folderToCrashAt({ fault, targets }: ScheduledFault, { nodes }: Plan): Finding | null {
  if (!isCrashPointFault(fault) || fault.call === 'fsync') return null;
  const { path, call } = fault;
  for (const text of targets) {
    const target = parseTarget(text);
    if (target.on !== 'unit') continue;
    const disk = nodes
      .find(({ name }) => name === target.node)
      ?.disks.find((one) => `${one.path}/`.startsWith(`${path}/`));
    if (disk === undefined) continue;
    return {
      key: 'path',
      message: `no ${call} of ${path} comes to anything on ${target.node}: it is a folder, with the disk ${disk.path}`,
      hint: 'the path of a file, as the software names it in its call',
    };
  }
  return null;
}
