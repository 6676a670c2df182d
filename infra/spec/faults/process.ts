import { z } from 'zod';
import { onUnits } from './targets.ts';
import { timing } from './timing.ts';

const common = { ...timing, ...onUnits };

/**
 * `kill`: the unit's main process gets a signal, once; what becomes of it then is its unit's affair (`Restart=`), until the
 * end, when it is started where it does not run. `crash-loop`: whatever of the unit comes up is killed once it has lived
 * for `afterMs`, over and over. `pause`: all its processes stand still. `oom`: the kernel ends the main process, once, since the
 * node has no memory left.
 */
export const processFaults = [
  z.strictObject({
    ...common,
    kind: z.literal('process.kill'),
    signal: z.enum(['KILL', 'TERM', 'QUIT', 'INT', 'ABRT', 'SEGV']).default('KILL'),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('process.crash-loop'),
    afterMs: z.int().min(0).max(60_000).default(200),
  }),
  z.strictObject({ ...common, kind: z.literal('process.pause') }),
  z.strictObject({ ...common, kind: z.literal('process.oom') }),
] as const;
