import { z } from 'zod';
import { onNodes } from './targets.ts';
import { timing } from './timing.ts';

const common = { ...timing, ...onNodes };

/** `cpu`: all that runs on the node gets no more than that part of one processor. */
export const resourceFaults = [
  z.strictObject({
    ...common,
    kind: z.literal('resource.cpu'),
    // Of more than that, one busy process could not show that it is less than a whole one.
    cpus: z.number().min(0.05).max(0.9),
  }),
] as const;
