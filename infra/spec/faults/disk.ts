import { z } from 'zod';
import { onDisks } from './targets.ts';
import { timing, wholeRunOnly } from './timing.ts';

/** Of the largest disk that a spec can ask for. */
const mostBytes = 1_048_576 * 1024 * 1024;
const mostInodes = mostBytes / 1024;

const common = { ...timing, ...onDisks };

/** `write`: data, and whatever changes names, sizes or modes. What the kernel answers from memory is no call. */
const calls = z
  .array(z.enum(['read', 'write', 'fsync']))
  .min(1)
  .refine((all) => new Set(all).size === all.length, 'each of them once')
  .default(['read', 'write', 'fsync']);

/** A name without folders; "*" stands for any text in it, "?" for one character. */
const fileNames = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9._*?-]+$/, 'the name of files, without folders, such as "*.jpg"')
  .refine((name) => name !== '.' && name !== '..', 'the name of files');

/**
 * `space`, `inodes`: what is left free, to the block; `readonly`: nothing can be written.
 *
 * `slow`: each of these calls takes so much longer. `rate`: all that is read and written goes by at so many bytes a second.
 * `hang`: none of these calls returns until the end. `error`: each so many of these calls of each file says EIO, and of the
 * blocks of 4096 bytes of each file each so many cannot be read. `corrupt`: what is read of files with such a name is not
 * what is on the disk: one bit is another (`flip`), or the second half is zeros (`zeros`). `lost-sync`: what is written is on
 * the disk once it was synchronised, or where the disk `lies` not even then: when its node is killed it is gone.
 */
export const diskFaults = [
  z.strictObject({ ...common, kind: z.literal('disk.space'), freeBytes: z.int().min(0).max(mostBytes) }),
  z.strictObject({ ...common, kind: z.literal('disk.inodes'), freeInodes: z.int().min(0).max(mostInodes) }),
  z.strictObject({ ...common, kind: z.literal('disk.readonly') }),
  // Of less, a busy host could not tell it from its own.
  z.strictObject({ ...common, kind: z.literal('disk.slow'), delayMs: z.int().min(10).max(5_000), calls }),
  z.strictObject({
    ...common,
    ...wholeRunOnly('the rate of a disk holds'),
    kind: z.literal('disk.rate'),
    bytesPerSecond: z
      .int()
      .min(128 * 1024)
      .max(16 * 1024 * 1024),
  }),
  z.strictObject({ ...common, kind: z.literal('disk.hang'), calls }),
  z.strictObject({
    ...common,
    kind: z.literal('disk.error'),
    every: z.int().min(1).max(16).default(1),
    calls,
  }),
  z.strictObject({
    ...common,
    kind: z.literal('disk.corrupt'),
    files: fileNames.default('*'),
    how: z.enum(['flip', 'zeros']).default('flip'),
  }),
  z.strictObject({ ...common, kind: z.literal('disk.lost-sync'), lies: z.boolean().default(false) }),
] as const;
