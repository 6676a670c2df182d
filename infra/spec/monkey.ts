import { z } from 'zod';
import { roleOrNode } from './faults/targets.ts';

/**
 * Families that a monkey knows faults of; `calls` are those that calls on a disk meet. Those that are missing need to be told what
 * of: which account, which package. Of `disk`, nothing is read-only, which the kernel refuses while a file is open; of
 * `resource`, no memory is taken, of which nobody knows beforehand how much is in use, and no open files, whose limit a unit
 * that starts anew does not have; of `calls`, nothing that is read is spoilt, of which no suite could say that it should pass.
 */
export const monkeyFamilies = [
  'network',
  'disk',
  'calls',
  'process',
  'node',
  'eviction',
  'resource',
  'clock',
  'dns',
] as const;
export type MonkeyFamily = (typeof monkeyFamilies)[number];

const span = z.tuple([z.int().nonnegative(), z.int().nonnegative()]);

/** Faults that the seed picks, one after the other, each on one node: never on the last one of a role. */
export const Monkey = z.strictObject({
  faults: z.int().min(1).max(100),
  /**
   * Not among what is meant without it: clocks and calls, for which units are started anew before the first suite, evictions, after
   * which there is another machine, and names, which software that keeps its connections does not ask for.
   */
  kinds: z.array(z.enum(monkeyFamilies)).min(1).default(['network', 'disk', 'process', 'node', 'resource']),
  /** So long after the first suite began, or the beginning of the one before. */
  everyMs: span,
  lastsMs: span,
  /** As many may be in force at once. */
  atOnce: z.int().min(1).max(50).default(1),
  /** Roles and nodes that are left alone. */
  spare: z.array(roleOrNode).default([]),
});
export type Monkey = z.infer<typeof Monkey>;
