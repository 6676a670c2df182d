import { z } from 'zod';

/** A request to a dependency, as that writes it when it comes (images/dependency). */
export const DependencyRequest = z.strictObject({
  at: z.iso.datetime({ offset: true }),
  /** As the spec has it; null: none, and it was answered 404. */
  route: z.string().nullable(),
  method: z.string(),
  path: z.string(),
  /** What was answered, or would have been in the end. */
  status: z.int(),
  /** Kinds of faults that it met, without the family's name. */
  faults: z.array(z.string()),
  client: z.string(),
  agent: z.string(),
});
export type DependencyRequest = z.infer<typeof DependencyRequest>;

/** A connection to a port of a dependency. */
export const DependencyConnection = z.strictObject({
  /** When it came. */
  at: z.iso.datetime({ offset: true }),
  /** `tcp PORT`. */
  route: z.string(),
  /** In their order, by port. */
  connection: z.int(),
  client: z.string(),
  /** Whether it is one of ours that measures. */
  ours: z.boolean(),
  /** Kinds of faults that it met, without the family's name. */
  faults: z.array(z.string()),
  askedBytes: z.int(),
  answeredBytes: z.int(),
  /**
   * closed, by either end; cut or reset, by a fault; unreachable: nobody to go on to. null: it was still open when that was
   * written, which is once a second.
   */
  end: z.enum(['closed', 'cut', 'reset', 'unreachable']).nullable(),
});
export type DependencyConnection = z.infer<typeof DependencyConnection>;

/** Pure: the requests in the container log of a dependency, whose lines begin with the engine's time. */
export function requestsIn(log: string): readonly DependencyRequest[] {
  return linesOf(log, DependencyRequest);
}

/** Pure: the connections in that log, in the order in which they came, each as it was in the end. */
export function connectionsIn(log: string): readonly DependencyConnection[] {
  const last = new Map<string, DependencyConnection>();
  for (const one of linesOf(log, DependencyConnection))
    last.set(`${one.at} ${one.route} ${one.connection}`, one);
  return [...last.values()];
}

function linesOf<T>(log: string, schema: z.ZodType<T>): readonly T[] {
  return log.split('\n').flatMap((line) => {
    const parsed = schema.safeParse(json(line.slice(line.indexOf(' ') + 1)));
    return parsed.success ? [parsed.data] : [];
  });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
