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

/** Pure: the requests in the container log of a dependency, whose lines begin with the engine's time. */
export function requestsIn(log: string): readonly DependencyRequest[] {
  return log.split('\n').flatMap((line) => {
    const parsed = DependencyRequest.safeParse(json(line.slice(line.indexOf(' ') + 1)));
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
