import type Docker from 'dockerode';
import { existsSync } from 'node:fs';
import { messageOf } from '../../infra/errors.ts';
import { Handle } from '../../infra/handle.ts';
import { collectCaptures } from '../evidence/captures.ts';
import { collectCores } from '../evidence/collect-cores.ts';
import { collectNodes, type Collected } from '../evidence/collect.ts';
import { coresFile } from '../evidence/core-dump.ts';
import { completeEvidence } from '../evidence/complete.ts';
import { EngineEvent } from '../evidence/engine-event.ts';
import { engineEventsFile, missedEngineEvents } from '../evidence/engine-events.ts';
import { RunEvent } from '../evidence/event.ts';
import { redactFolder } from '../evidence/redact-folder.ts';
import type { RunFolder } from '../evidence/run-folder.ts';
import { withDeadline } from '../with-deadline.ts';

export interface LastEvidenceRequest {
  readonly docker: Docker;
  readonly runId: string;
  readonly folder: RunFolder;
}

/** Part of the 30 s in which nothing may be left after a SIGKILL. */
const evidenceMs = 5000;

/**
 * What the controller would have saved of its nodes, saved in its place, before they go: best effort within the deadline,
 * since a node that does not answer must not hold tear-down. What it saved before it died is never overwritten.
 */
export async function saveLastEvidence(request: LastEvidenceRequest): Promise<Collected> {
  try {
    // The deadline keeps us going: with nothing else to wait for we would end here, and nothing be taken down.
    return await withDeadline('saving what the nodes have', evidenceMs + 500, saved(request));
  } catch (error) {
    return { saved: [], missed: [messageOf(error)] };
  }
}

async function saved({ docker, runId, folder }: LastEvidenceRequest): Promise<Collected> {
  const handle = existsSync(folder.path) ? folder.readJson('handle.json', Handle) : null;
  if (handle === null) return { saved: [], missed: [] }; // it died before the first node
  const signal = AbortSignal.timeout(evidenceMs);
  await collectCaptures(docker, runId, folder, signal).catch(() => undefined); // what counts more is still to be had
  const collected = await collectNodes({ engine: docker, nodes: handle.nodes, folder, signal });
  const began = folder.readLines('events.jsonl', RunEvent)[0]?.at;
  const known = folder.readLines(engineEventsFile, EngineEvent);
  const since = began === undefined ? new Date() : new Date(began);
  for (const event of await missedEngineEvents(docker, runId, since, known, signal))
    folder.appendLine(engineEventsFile, event);
  await completeEvidence(folder);
  await redactFolder(folder);
  // They are not redacted; and all else is in safety by then, since they may be large.
  if (existsSync(folder.file(coresFile))) return collected;
  const missed = await collectCores({ engine: docker, nodes: handle.nodes, folder, signal }).then(
    () => [],
    (error: unknown) => [`cores: ${messageOf(error)}`],
  );
  return { ...collected, missed: [...collected.missed, ...missed] };
}
