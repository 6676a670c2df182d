import type { EngineEvent } from './engine-event.ts';
import { blankRecord, withFindings, type Findings, type ProcessRecord } from './process-record.ts';
import { lastTraceback } from './traceback.ts';
import { signalName } from './unit-records.ts';

export interface EntrypointHistory {
  readonly node: string;
  /** Of this node, in order. */
  readonly events: readonly EngineEvent[];
  readonly live: readonly ProcessRecord[];
  /** The container's log, each line behind the time at which the engine got it. */
  readonly log: readonly string[];
}

/** The start that an event announces. */
export function entrypointRecordId(node: string, timeNano: string): string {
  return `${node}/entrypoint/${timeNano}`;
}

/** Pure: one record for each time that the engine started the node. */
export function entrypointRecords({ node, events, live, log }: EntrypointHistory): readonly ProcessRecord[] {
  const starts = events.filter(({ event }) => event === 'start');
  const ids = new Set(starts.map(({ timeNano }) => entrypointRecordId(node, timeNano)));
  const completed = starts.map((start, index) => {
    const during = eventsOf(events, start, starts[index + 1]);
    const before = starts[index - 1];
    const endedBefore = before === undefined ? null : deathIn(eventsOf(events, before, start));
    const id = entrypointRecordId(node, start.timeNano);
    const record =
      live.find((one) => one.id === id) ??
      blankRecord({ id, kind: 'entrypoint', name: node, node }, 'nobody saw the process while it ran');
    return withFindings(record, {
      ...(record.start === null ? { start: { value: start.at, source: 'engine: start event' } } : {}),
      ...exitOf(during),
      exception: exceptionIn(log, endedBefore, deathIn(during)),
    });
  });
  return [...live.filter(({ id }) => !ids.has(id)), ...completed];
}

function eventsOf(
  events: readonly EngineEvent[],
  start: EngineEvent,
  next: EngineEvent | undefined,
): readonly EngineEvent[] {
  return events.slice(events.indexOf(start) + 1, next === undefined ? undefined : events.indexOf(next));
}

function deathIn(during: readonly EngineEvent[]): EngineEvent | null {
  return during.find(({ event }) => event === 'die') ?? null;
}

function exitOf(during: readonly EngineEvent[]): Findings {
  const died = deathIn(during);
  if (died === null) {
    const absent = 'it still ran when the evidence was collected';
    return { exit: { absent }, code: { absent }, signal: { absent } };
  }
  const exit = { value: died.at, source: 'engine: die event' };
  const code = died.exitCode;
  // The engine reports a signal as 128 and its number; that it was one is known only where a kill came first.
  const kill = during.find(
    ({ event, signal }) => event === 'kill' && signal !== null && code === 128 + signal,
  );
  const oom = during.some(({ event }) => event === 'oom');
  if (kill?.signal !== null && kill?.signal !== undefined)
    return {
      exit,
      signal: { value: signalName(kill.signal), source: 'engine: kill event' },
      code: { absent: 'a signal ended it' },
    };
  if (oom && code === 137)
    return {
      exit,
      signal: { value: 'SIGKILL', source: 'engine: oom event' },
      code: { absent: 'a signal ended it' },
    };
  return {
    exit,
    code: code === null ? { absent: 'the die event has none' } : { value: code, source: 'engine: die event' },
    signal: {
      absent:
        code !== null && code > 128
          ? 'the engine gives a signal as 128 and its number, and saw no kill'
          : 'it ended with an exit code',
    },
  };
}

/** What was logged after the death before and until this one. */
function exceptionIn(
  log: readonly string[],
  before: EngineEvent | null,
  death: EngineEvent | null,
): NonNullable<Findings['exception']> {
  const from = before === null ? -Infinity : Date.parse(before.at) + logLagMs;
  const until = death === null ? Infinity : Date.parse(death.at) + logLagMs;
  const lines = log.flatMap((line) => {
    const at = line.indexOf(' ');
    const time = Date.parse(line.slice(0, at));
    return time > from && time <= until ? [line.slice(at + 1)] : [];
  });
  const exception = lastTraceback(lines);
  return exception === null
    ? { absent: 'no traceback in its output in the container log' }
    : { value: exception, source: 'container.log: its output' };
}

/** The engine may read a last line a moment after it has seen the death. */
const logLagMs = 100;
