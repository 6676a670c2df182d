import { z } from 'zod';
import { onNodes, onUnits } from './targets.ts';
import { timing } from './timing.ts';

const common = { ...timing, ...onNodes };
const howMuch = 'one of "memoryMiB" and "timesControl" (so many times what the control held)';

/**
 * `cpu`: all that runs on the node gets no more than that part of one processor. `processes`: so many processes and threads
 * more than there are may be started. `memory`: so much may be held by all that runs on the node, files in memory among it, or so
 * many times what it held at most in the control, which is known when that has passed (plan/memory-limits.ts).
 * `files`: so many files may each process of a unit have open (sockets are files, too); what it has open already stays.
 */
export const resourceFaults = [
  z.strictObject({
    ...common,
    kind: z.literal('resource.cpu'),
    // Of more than that, one busy process could not show that it is less than a whole one.
    cpus: z.number().min(0.05).max(0.9),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('resource.processes'),
    freeProcesses: z.int().min(0).max(1_000),
  }),
  z
    .strictObject({
      ...common,
      kind: z.literal('resource.memory'),
      memoryMiB: z.int().min(8).max(1_048_576).optional(),
      // Of less, what is in use could not be taken away.
      timesControl: z.number().min(1).max(16).optional(),
    })
    .refine(({ memoryMiB, timesControl }) => (memoryMiB ?? timesControl) !== undefined, howMuch)
    .refine(({ memoryMiB, timesControl }) => memoryMiB === undefined || timesControl === undefined, {
      path: ['timesControl'],
      error: howMuch,
    }),
  z.strictObject({
    ...timing,
    ...onUnits,
    kind: z.literal('resource.files'),
    openFiles: z.int().min(0).max(1_048_576),
  }),
] as const;
