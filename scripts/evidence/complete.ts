import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { ContainerState } from '../nodes/container-state.ts';
import { EngineEvent } from './engine-event.ts';
import { engineEventsFile } from './engine-events.ts';
import { entrypointRecords } from './entrypoint-records.ts';
import { RunEvent } from './event.ts';
import { InvocationReader } from './invocations.ts';
import { journalEntry } from './journal.ts';
import { processesFile } from './process-log.ts';
import { latest, ProcessRecord, withFindings } from './process-record.ts';
import type { RunFolder } from './run-folder.ts';
import { connectionsIn, requestsIn } from './request-log.ts';
import { PlannedFault, scheduleEntries } from './schedule-record.ts';
import { unitRecords } from './unit-records.ts';

import { unitFile } from '../nodes/unit-file.ts';

/** What is read of plan.json here. */
const Planned = z.object({
  plan: z.object({
    nodes: z.array(
      z.object({
        name: z.string(),
        init: z.enum(['systemd', 'image']),
        units: z.array(z.string()),
        dependency: z.object({ protocol: z.enum(['http', 'tcp']) }).optional(),
      }),
    ),
    conditions: z.array(PlannedFault),
    schedule: z.array(PlannedFault),
  }),
});

/** What each dependency was asked, and from whose lines that is known. */
const requests = ['requests.jsonl', requestsIn] as const;
const connections = ['connections.jsonl', connectionsIn] as const;

/**
 * Writes what is made of the rest of the run folder, and of nothing else: processes.jsonl with one line for each start,
 * schedule.json with the times that came true, and what each dependency was asked. Whoever is there last does it, controller or watcher.
 */
export async function completeEvidence(folder: RunFolder): Promise<void> {
  const planned = folder.readJson('plan.json', Planned);
  if (planned === null) return;
  const { nodes, conditions, schedule } = planned.plan;
  const events = folder.readLines('events.jsonl', RunEvent);
  folder.writeJson('schedule.json', scheduleEntries([...conditions, ...schedule], events));

  const live = latest(folder.readLines(processesFile, ProcessRecord));
  const engineEvents = folder.readLines(engineEventsFile, EngineEvent);
  const records: ProcessRecord[] = [];
  for (const { name, init, units, dependency } of nodes) {
    const state = folder.readJson(join('nodes', name, 'state.json'), ContainerState);
    const own = (kind: ProcessRecord['kind']): readonly ProcessRecord[] =>
      live.filter((record) => record.node === name && record.kind === kind);
    const log = join('nodes', name, 'container.log');
    if (dependency !== undefined) {
      const [file, read] = dependency.protocol === 'tcp' ? connections : requests;
      folder.writeJsonLines(join('nodes', name, file), read(folder.readText(log) ?? ''));
    }
    const ofNode =
      init === 'systemd'
        ? unitRecords({
            node: name,
            invocations: await invocations(folder, name, units.map(unitFile)),
            live: own('unit'),
            nodeRuns: state?.running ?? false,
          })
        : entrypointRecords({
            node: name,
            events: engineEvents.filter(({ node }) => node === name),
            live: own('entrypoint'),
            log: (folder.readText(log) ?? '').split('\n'),
          });
    records.push(...[...ofNode, ...own('suite')].map((record) => withNode(record, name, state, folder)));
  }
  const onHost = live
    .filter(({ node }) => node === null)
    .map((record) =>
      withFindings(record, { versions: { absent: 'facts are taken of nodes, not of the host' } }),
    );
  folder.writeJsonLines(processesFile, [...records, ...onHost].map(cutOff).sort(byStart));
}

/** A suite is waited for by the controller alone. */
function cutOff(record: ProcessRecord): ProcessRecord {
  if (record.kind !== 'suite' || record.exit !== null) return record;
  const absent = 'the controller ended before it did';
  return withFindings(record, {
    exit: { absent },
    code: { absent },
    signal: { absent },
    exception: { absent },
  });
}

function byStart(a: ProcessRecord, b: ProcessRecord): number {
  return (a.start ?? '9').localeCompare(b.start ?? '9');
}

async function invocations(
  folder: RunFolder,
  node: string,
  units: readonly string[],
): Promise<InvocationReader['found']> {
  const file = join(folder.path, 'nodes', node, 'journal.jsonl');
  const reader = new InvocationReader(units);
  if (!existsSync(file)) return reader.found;
  for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
    const entry = journalEntry(line);
    if (entry !== null) reader.take(entry);
  }
  return reader.found;
}

function withNode(
  record: ProcessRecord,
  node: string,
  state: ContainerState | null,
  folder: RunFolder,
): ProcessRecord {
  const facts = `facts/${node}.json`;
  return withFindings(record, {
    versions: existsSync(join(folder.path, facts))
      ? { value: facts, source: facts }
      : { absent: 'the run ended before the facts of its node were taken' },
    ...(record.hostName !== null
      ? {}
      : {
          hostName:
            state === null
              ? { absent: 'its node was gone when its state was asked for' }
              : { value: state.hostName, source: 'engine: Config.Hostname' },
        }),
  });
}
