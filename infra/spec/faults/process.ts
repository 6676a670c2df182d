import { z } from 'zod';
import { absolutePath } from '../../../images/stack.ts';
import { onUnits } from './targets.ts';
import { timing } from './timing.ts';

const common = { ...timing, ...onUnits };

/**
 * `kill`: the unit's main process gets a signal, once; what becomes of it then is its unit's affair (`Restart=`), until the
 * end, when it is started where it does not run. `crash-loop`: whatever of the unit comes up is killed once it has lived
 * for `afterMs`, over and over. `pause`: all its processes stand still. `oom`: the kernel ends the main process, once, since the
 * node has no memory left.
 *
 * `crash-point`: the process that is about to make the `nth` call of that sort on `path`, counted from the beginning of the
 * fault, is killed before anything comes of the call, once. `restart`: the units end at the beginning, and begin again at the end,
 * on all nodes at one moment: their processes are to begin within so many milliseconds.
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
  z.strictObject({
    ...common,
    kind: z.literal('process.crash-point'),
    call: z.enum(['write', 'rename', 'fsync']),
    path: absolutePath.refine(
      (path) => path !== '/' && !/\s/.test(path),
      'the path of a file, without spaces',
    ),
    nth: z.int().min(1).max(100_000).default(1),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('process.restart'),
    withinMs: z.int().min(50).max(10_000).default(500),
  }),
] as const;
