import { z } from 'zod';
import { linkValues } from './faults/network.ts';
import { nodeName } from './faults/targets.ts';

/** No "-": the fault of a pair is named after both. */
const groupName = z
  .string()
  .regex(/^[a-z][a-z0-9]{0,19}$/, 'lower-case letters and digits, starting with a letter, at most 20');

/**
 * Delays between groups of roles or nodes, one way, during the whole run: `delayMs.eu.us` is what comes from eu to us, and
 * from us to eu as well where the table has no other value for that. A group by itself (`delayMs.eu.eu`) is its nodes among each other.
 */
export const Latency = z
  .strictObject({
    groups: z.record(groupName, z.array(nodeName).min(1)),
    delayMs: z
      .record(groupName, z.record(groupName, linkValues.delayMs))
      .refine(
        (table) => Object.values(table).some((row) => Object.keys(row).length > 0),
        'at least one delay',
      ),
  })
  .superRefine(({ groups, delayMs }, context) => {
    const known = Object.keys(groups);
    for (const [from, row] of Object.entries(delayMs))
      for (const [name, path] of [
        [from, [from]],
        ...Object.keys(row).map((to) => [to, [from, to]] as const),
      ] as const)
        if (!known.includes(name))
          context.addIssue({
            code: 'custom',
            path: ['delayMs', ...path],
            message: `one of groups: ${known.join(', ')}`,
          });
  });
export type Latency = z.infer<typeof Latency>;
