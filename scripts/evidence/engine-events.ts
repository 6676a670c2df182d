import type Docker from 'dockerode';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runLabel } from '../../infra/run-marks.ts';
import { engineEvent, lifeEvents, type EngineEvent } from './engine-event.ts';
import type { RunFolder } from './run-folder.ts';

export const engineEventsFile = 'engine-events.jsonl';

/** Follows what the engine says of the run's nodes, a line a moment, until `ended` or the engine goes. */
export async function followEngineEvents(
  engine: Docker,
  runId: string,
  folder: RunFolder,
  ended: AbortSignal,
  onEvent: (event: EngineEvent) => void,
): Promise<void> {
  const events = await engine.getEvents({ filters: filters(runId) });
  const note = async (said: AsyncIterable<string | Uint8Array>): Promise<void> => {
    for await (const line of createInterface({ input: Readable.from(said) })) {
      const event = engineEvent(line);
      if (event === null) continue;
      folder.appendLine(engineEventsFile, event);
      onEvent(event);
    }
  };
  // It ends by being aborted, or with the engine: neither is news to whoever asked for it.
  pipeline(events, note, { signal: ended }).catch(() => undefined);
}

/** What the engine still remembers of the run and the file does not have: for the time after its follower died. */
export async function missedEngineEvents(
  engine: Docker,
  runId: string,
  since: Date,
  known: readonly EngineEvent[],
  signal: AbortSignal,
): Promise<readonly EngineEvent[]> {
  const seen = new Set(known.map(({ timeNano, event }) => `${timeNano} ${event}`));
  const events = await engine.getEvents({
    filters: filters(runId),
    since: Math.floor(since.getTime() / 1000),
    until: Math.floor(Date.now() / 1000),
    abortSignal: signal,
  });
  const missed: EngineEvent[] = [];
  for await (const line of createInterface({ input: Readable.from(events) })) {
    const event = engineEvent(line);
    if (event !== null && !seen.has(`${event.timeNano} ${event.event}`)) missed.push(event);
  }
  return missed;
}

function filters(runId: string): NonNullable<Docker.GetEventsOptions['filters']> {
  return {
    type: ['container'],
    event: [...lifeEvents],
    label: [`${runLabel}=${runId}`, 'dev.understudy.node'],
  };
}
