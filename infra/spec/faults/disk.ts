import { z } from 'zod';
import { onDisks } from './targets.ts';
import { timing } from './timing.ts';

/** Of the largest disk that a spec can ask for. */
const mostBytes = 1_048_576 * 1024 * 1024;
const mostInodes = mostBytes / 1024;

const common = { ...timing, ...onDisks };

/** What is left free, to the block; or nothing can be written. */
export const diskFaults = [
  z.strictObject({ ...common, kind: z.literal('disk.space'), freeBytes: z.int().min(0).max(mostBytes) }),
  z.strictObject({ ...common, kind: z.literal('disk.inodes'), freeInodes: z.int().min(0).max(mostInodes) }),
  z.strictObject({ ...common, kind: z.literal('disk.readonly') }),
] as const;
