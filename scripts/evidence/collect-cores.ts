import type Docker from 'dockerode';
import { containerName } from '../../infra/components/docker/names.ts';
import { messageOf } from '../../infra/errors.ts';
import type { BoundPlan } from '../../infra/plan/plan.ts';
import { DockerNode } from '../nodes/docker.ts';
import type { NodeAccess } from '../nodes/node.ts';
import {
  corePath,
  corePatternOf,
  coresFile,
  crashes,
  maxCoreBytes,
  whyNoCores,
  whyNotOf,
  type CoreDump,
} from './core-dump.ts';
import { processesFile } from './process-log.ts';
import { ProcessRecord } from './process-record.ts';
import type { RunFolder } from './run-folder.ts';

const deadlineMs = 10_000;

/**
 * Cores of processes that crashed in nodes that are to keep them, out of the nodes that still run: beside the records of
 * processes, which know who ended by which signal, and where.
 */
export async function collectCores(
  engine: Docker,
  bound: BoundPlan,
  folder: RunFolder,
  signal: AbortSignal,
): Promise<void> {
  const wanted = bound.loaded.plan.nodes.filter(({ cores }) => cores === true).map(({ name }) => name);
  if (wanted.length === 0) return;
  const crashed = crashes(folder.readLines(processesFile, ProcessRecord), new Set(wanted));
  const found: CoreDump[] = [];
  const taken = new Set<string>();
  // The last first: where cores have one name, the one that is there is the last one's.
  for (const record of [...crashed].sort((a, b) => ((a.exit ?? '') < (b.exit ?? '') ? 1 : -1))) {
    const name = record.node ?? '';
    const node = new DockerNode(engine, name, containerName(bound, name));
    found.push(await coreOf(record, node, folder, taken, signal));
  }
  folder.writeJson(coresFile, found.reverse());
}

async function coreOf(
  record: ProcessRecord,
  node: NodeAccess,
  folder: RunFolder,
  taken: Set<string>,
  signal: AbortSignal,
): Promise<CoreDump> {
  const nothing = {
    ...{ node: node.name, name: record.name, pid: record.pid ?? 0, signal: record.signal ?? '' },
    ...{ file: null, bytes: 0 },
  };
  try {
    const said = async (argv: readonly string[]): Promise<string> => {
      const { exitCode, stdout, stderr } = await node.exec(argv, { timeoutMs: deadlineMs, signal });
      if (exitCode !== 0) throw new Error(stderr.trim());
      return stdout;
    };
    const sysctl = '/proc/sys/kernel/core_';
    const [pattern = '', usesPid = ''] = (await said(['cat', `${sysctl}pattern`, `${sysctl}uses_pid`])).split(
      '\n',
    );
    const where = corePatternOf(pattern, usesPid);
    if (where.to !== 'files') return { ...nothing, absent: whyNoCores(where) ?? '' };
    const place = corePath(where, record);
    if ('why' in place) return { ...nothing, absent: place.why };
    const key = `${node.name}:${place.path}`;
    if (taken.has(key))
      return { ...nothing, absent: `${place.path} was written over by who crashed after it` };
    taken.add(key);
    const found = await said(['stat', '--format=%s %u %Y', place.path]);
    const [size = 0, uid = 0, writtenS = 0] = found.split(' ').map(Number);
    const whose = whyNotOf(record, { uid, writtenMs: writtenS * 1000 });
    if (whose !== '') return { ...nothing, absent: `${place.path} ${whose}` };
    if (size > maxCoreBytes)
      return {
        ...nothing,
        absent: `${place.path} has ${size} bytes, more than the ${maxCoreBytes} that are kept`,
      };
    const file = `cores/${node.name}/${record.name}.${nothing.pid}.core`;
    const reading = await node.start(['head', '-c', String(maxCoreBytes), place.path]);
    reading.stderr.resume();
    const bytes = await folder.writeBytes(file, reading.stdout, signal);
    return {
      ...nothing,
      file,
      bytes,
      absent: bytes === size ? '' : `${size - bytes} bytes are missing of it`,
    };
  } catch (error) {
    return { ...nothing, absent: `no core: ${messageOf(error)}` };
  }
}
