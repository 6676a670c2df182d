import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where systemd nodes of a run have their name=systemd groups on a cgroup v1 host; absent on v2. */
export function cgroupSubtree(runId: string): string {
  return join('/sys/fs/cgroup/systemd/understudy', runId);
}

export function hasCgroupSubtree(runId: string): boolean {
  return existsSync(cgroupSubtree(runId));
}

/**
 * Removes the groups deepest first: cgroupfs knows rmdir alone. Throws EBUSY while a process is still dying in one, and
 * EACCES or EROFS for whoever may not (the keeper container does it then).
 */
export function removeCgroupSubtree(runId: string): void {
  const root = cgroupSubtree(runId);
  if (!existsSync(root)) return;
  removeDeepestFirst(root);
  try {
    rmdirSync(dirname(root)); // the folder of all runs; busy while another run has one
  } catch {
    return;
  }
}

function removeDeepestFirst(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeDeepestFirst(join(group, entry.name));
  }
  rmdirSync(group);
}
