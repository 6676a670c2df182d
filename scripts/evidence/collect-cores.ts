import type Docker from 'dockerode';
import { existsSync, statSync } from 'node:fs';
import { z } from 'zod';
import { messageOf } from '../../infra/errors.ts';
import { allOf, type Collecting } from './collect.ts';
import {
  corePath,
  coresFile,
  crashes,
  crashSignal,
  maxCoreBytes,
  whyNoCores,
  whyNotOf,
  type CoreDump,
  type CorePattern,
} from './core-dump.ts';
import { findCore, kernelCorePattern } from './core-source.ts';
import { processesFile } from './process-log.ts';
import { ProcessRecord } from './process-record.ts';
import type { RunFolder } from './run-folder.ts';

/** What is read of plan.json here. */
const Planned = z.object({
  plan: z.object({ nodes: z.array(z.object({ name: z.string(), cores: z.literal(true).optional() })) }),
});

/** Of when a process ended and when its node did clocks say the same to within this. */
const sameEndMs = 1_000;

type Container = Docker.ContainerInspectInfo;

/**
 * Cores of processes that crashed in nodes that are to keep them, whether those run or have ended: beside the records of
 * processes, which know who ended by which signal, and where. Whoever is there last does it, controller or watcher.
 */
export async function collectCores({ engine, nodes, folder, signal }: Collecting): Promise<void> {
  const planned = folder.readJson('plan.json', Planned)?.plan.nodes ?? [];
  const keeping = new Set(planned.filter(({ cores }) => cores === true).map(({ name }) => name));
  if (keeping.size === 0) return;
  const containers = new Map<string, readonly Container[]>();
  for (const { name, container } of nodes)
    if (keeping.has(name)) containers.set(name, await allOf(engine, container).catch(() => []));
  const crashed = crashes(folder.readLines(processesFile, ProcessRecord), keeping);
  if (crashed.length === 0) {
    folder.writeJson(coresFile, []);
    return;
  }
  const pattern = kernelCorePattern(engine, [...containers.values()].flat().reverse(), signal);
  pattern.catch(() => undefined); // each that is looked for says so
  const found: CoreDump[] = [];
  const taken = new Set<string>();
  // The last first: where cores have one name, the one that is there is the last one's.
  for (const record of [...crashed].sort((a, b) => ((a.exit ?? '') < (b.exit ?? '') ? 1 : -1))) {
    const own = containerOf(record, containers.get(record.node ?? '') ?? []);
    found.push(await coreOf(record, { engine, own, pattern, folder, taken, signal }));
  }
  folder.writeJson(coresFile, found.reverse());
}

/** Pure: of those that came one in the place of the other, the one that a process ended in. */
export function containerOf<C extends { readonly State: Pick<Container['State'], 'Running' | 'FinishedAt'> }>(
  { exit, start }: Pick<ProcessRecord, 'exit' | 'start'>,
  oldestFirst: readonly C[],
): C | undefined {
  const at = Date.parse(exit ?? start ?? '');
  const hadEnded = ({ State }: C): boolean =>
    !State.Running && at <= Date.parse(State.FinishedAt) + sameEndMs;
  return oldestFirst.find(hadEnded) ?? oldestFirst.at(-1);
}

interface Looking {
  readonly engine: Docker;
  readonly own: Container | undefined;
  readonly pattern: Promise<CorePattern>;
  readonly folder: RunFolder;
  /** Files that are somebody's already. */
  readonly taken: Set<string>;
  readonly signal: AbortSignal;
}

async function coreOf(record: ProcessRecord, looking: Looking): Promise<CoreDump> {
  const { engine, own, folder, taken, signal } = looking;
  const node = record.node ?? '';
  const nothing = {
    ...{ node, name: record.name, pid: record.pid ?? 0, signal: crashSignal(record) ?? '' },
    ...{ file: null, bytes: 0 },
  };
  const file = `cores/${node}/${record.name}.${nothing.pid}.core`;
  try {
    const where = await looking.pattern;
    if (where.to !== 'files') return { ...nothing, absent: whyNoCores(where) ?? '' };
    const place = corePath(where, record);
    if ('why' in place) return { ...nothing, absent: place.why };
    const { path } = place;
    if (own === undefined) return { ...nothing, absent: 'its node was gone when cores were collected' };
    const key = `${own.Id}:${path}`;
    if (taken.has(key)) return { ...nothing, absent: `${path} was written over by who crashed after it` };
    taken.add(key);
    const core = await findCore(engine, node, own, path, maxCoreBytes, signal);
    try {
      const { size } = core;
      const whose = whyNotOf(record, core);
      if (whose !== '') return { ...nothing, absent: `${path} ${whose}` };
      if (size > maxCoreBytes) {
        const absent = `${path} has ${size} bytes, more than the ${maxCoreBytes} that are kept`;
        return { ...nothing, absent };
      }
      const bytes = await folder.writeBytes(file, await core.bytes(), signal);
      return {
        ...nothing,
        file,
        bytes,
        absent: bytes === size ? '' : `${size - bytes} bytes are missing of it`,
      };
    } finally {
      core.close();
    }
  } catch (error) {
    const why = messageOf(error);
    if (!existsSync(folder.file(file))) return { ...nothing, absent: `no core: ${why}` };
    return { ...nothing, file, bytes: statSync(folder.file(file)).size, absent: `it is cut: ${why}` };
  }
}
