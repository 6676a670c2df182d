import type { NodeAccess } from '../../scripts/nodes/node.ts';

/** What the fill by this fault of a disk is named after (images/toolbox/diskfill.c). */
export function ballastName(faultOnDisk: string): string {
  return faultOnDisk.replaceAll(/[^A-Za-z0-9]/g, '-');
}

/** How many bytes or inodes lie in a ballast, as its file system counts them: 0 where there is none, -1 where it could not be read. */
export async function ballastHeld(
  sideCar: NodeAccess,
  path: string,
  name: string,
  unit: 'bytes' | 'inodes',
  signal: AbortSignal,
): Promise<number> {
  const counted = unit === 'bytes' ? '--block-size=1' : '--inodes';
  const argv = ['du', '-s', counted, `${path}/.understudy-fill-${name}`];
  const { exitCode, stdout, stderr } = await sideCar.exec(argv, {
    environment: { LC_ALL: 'C' },
    timeoutMs: 10_000,
    signal,
  });
  if (exitCode === 0) return Number.parseInt(stdout, 10);
  return stderr.includes('No such file') ? 0 : -1;
}
