import { z } from 'zod';

/** Of a container's life; execs are left out: there are many, and they carry command lines. */
export const lifeEvents = [
  'create',
  'start',
  'die',
  'kill',
  'oom',
  'stop',
  'restart',
  'pause',
  'unpause',
  'destroy',
] as const;

/** One line of engine-events.jsonl: what the engine said of a node of the run. */
export const EngineEvent = z.strictObject({
  at: z.iso.datetime(),
  /** The engine's own number for it: it orders events, and names a start. */
  timeNano: z.string(),
  node: z.string(),
  event: z.enum(lifeEvents),
  exitCode: z.int().nullable(),
  signal: z.int().nullable(),
});
export type EngineEvent = z.infer<typeof EngineEvent>;

const Raw = z.object({
  Action: z.enum(lifeEvents),
  timeNano: z.number(),
  Actor: z.object({
    Attributes: z.object({
      'dev.understudy.node': z.string(),
      exitCode: z.coerce.number().optional(),
      signal: z.coerce.number().optional(),
    }),
  }),
});

/** Pure: null for what is no event in the life of a node (side-cars, helpers). */
export function engineEvent(line: string): EngineEvent | null {
  const raw = Raw.safeParse(json(line));
  if (!raw.success) return null;
  const { Action: event, timeNano, Actor } = raw.data;
  const { exitCode, signal } = Actor.Attributes;
  return {
    at: new Date(timeNano / 1e6).toISOString(),
    // Beyond 2^53 JSON.parse rounds: the digits are taken as they stand.
    timeNano: /"timeNano":(\d+)/.exec(line)?.[1] ?? String(timeNano),
    node: Actor.Attributes['dev.understudy.node'],
    event,
    exitCode: exitCode ?? null,
    signal: signal ?? null,
  };
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
