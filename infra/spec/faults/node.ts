import { z } from 'zod';
import { onNodes } from './targets.ts';
import { timing } from './timing.ts';

const common = { ...timing, ...onNodes };

/**
 * `pause`: the whole node stands still, as a machine does whose host has no time for it. `kill`: it ends all at once, as
 * without power. `reboot`: it shuts down in order. Both are down until the end, and then the same node starts again, with
 * its disks as they were left. `replace`: it ends as without power and is removed, and in the end there is a new one in its
 * place: of its name and address, with empty disks.
 */
export const nodeFaults = [
  z.strictObject({ ...common, kind: z.literal('node.pause') }),
  z.strictObject({ ...common, kind: z.literal('node.kill') }),
  z.strictObject({ ...common, kind: z.literal('node.reboot') }),
  z.strictObject({ ...common, kind: z.literal('node.replace') }),
] as const;
