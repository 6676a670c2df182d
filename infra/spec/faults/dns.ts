import { z } from 'zod';
import { nodeName, onNodes } from './targets.ts';
import { timing } from './timing.ts';

/** Names that the cluster's own name server answers; without them a fault meets every question. */
const common = { ...timing, ...onNodes, names: z.array(nodeName).min(1).max(50).optional() };

/**
 * What a node is answered when it asks for a name. `slow`: the real answer, later; below a tenth of a second no host tells a
 * delay from its own. `fail`: an error, or nothing at all. `wrong`: the address of that node (by its own name), or one of the cluster's network
 * that nobody has; never one outside, so that what follows the answer stays inside.
 */
export const dnsFaults = [
  z.strictObject({ ...common, kind: z.literal('dns.slow'), delayMs: z.int().min(100).max(30_000) }),
  z.strictObject({
    ...common,
    kind: z.literal('dns.fail'),
    answer: z.enum(['servfail', 'nxdomain', 'none']).default('servfail'),
  }),
  z.strictObject({ ...common, kind: z.literal('dns.wrong'), address: nodeName.or(z.literal('unused')) }),
] as const;
