import type Docker from 'dockerode';
import { HostProcess } from './lease.ts';
import { identify, liveness, localProcesses, type ProcessTable } from './process-table.ts';
import { containerObject, ignoreGone } from './run-objects.ts';
import { sweep, type ObjectStore, type Residue } from './sweep.ts';

const makerLabel = 'dev.understudy.maker';
const deadlineMs = 30_000;

/** For a container that is made before any run has a name, for a moment: whoever finds it sees whose it is. */
export function makerLabels(): Readonly<Record<string, string>> {
  const { host, bootId, pid, startTime } = identify(process.pid);
  return { [makerLabel]: [host, bootId, pid, startTime].join('/') };
}

/** Removes such containers whose maker was killed before it could. */
export async function sweepOrphans(docker: Docker): Promise<readonly Residue[]> {
  return await sweep(orphans(docker), { deadlineMs });
}

/** Pure: the maker that a label names no longer runs on this machine. Others' machines cannot be asked. */
export function isOrphaned(label: string, table: ProcessTable): boolean {
  const [host, bootId, pid, startTime] = label.split('/');
  const maker = HostProcess.safeParse({ host, bootId, pid: Number(pid), startTime });
  return maker.success && liveness(maker.data, table) === 'dead';
}

function orphans(docker: Docker): ObjectStore {
  return {
    list: async (signal) => {
      const filters = { label: [makerLabel] };
      const made = await docker.listContainers({ all: true, filters, abortSignal: signal });
      const table = localProcesses();
      return made.filter(({ Labels }) => isOrphaned(Labels[makerLabel] ?? '', table)).map(containerObject);
    },
    remove: async ({ id }, signal) => {
      await docker.getContainer(id).remove({ force: true, v: true, abortSignal: signal }).catch(ignoreGone);
    },
  };
}
