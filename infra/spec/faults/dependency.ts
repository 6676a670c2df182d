import { z } from 'zod';
import { onDependencies } from './targets.ts';
import { timing } from './timing.ts';

const common = { ...timing, ...onDependencies };

const status = z.int().min(400).max(599).default(503);

/**
 * What a request to a dependency meets, route by route, or a connection to one of its ports. Below a tenth of a second no host tells
 * a delay from its own.
 */
export const dependencyFaults = [
  z.strictObject({
    ...common,
    kind: z.literal('dependency.slow'),
    delayMs: z.int().min(100).max(30_000),
  }),
  /** The connection stands, and nothing comes. */
  z.strictObject({ ...common, kind: z.literal('dependency.hang') }),
  z.strictObject({
    ...common,
    kind: z.literal('dependency.error'),
    status,
    ratio: z.number().min(0.05).max(1).default(1),
  }),
  /** The first requests of each client (its address and User-Agent) fail, and no others; over TCP its first connections are reset. */
  z.strictObject({
    ...common,
    kind: z.literal('dependency.first'),
    status,
    count: z.int().min(1).max(100),
  }),
  /** The answer ends after so many bytes of its body, and says that it is longer. */
  z.strictObject({
    ...common,
    kind: z.literal('dependency.truncate'),
    afterBytes: z.int().min(0).max(65_535),
  }),
  z.strictObject({ ...common, kind: z.literal('dependency.body'), body: z.string().max(4_096) }),
  /** The connection is reset instead of an answer; over TCP as soon as it stands. */
  z.strictObject({
    ...common,
    kind: z.literal('dependency.reset'),
    ratio: z.number().min(0.05).max(1).default(1),
  }),
] as const;

/** What no connection says: it is of HTTP alone. */
export const onlyOfHttp: ReadonlySet<string> = new Set(['dependency.error']);
