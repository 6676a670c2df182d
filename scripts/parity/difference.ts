import { z } from 'zod';

/** One fact in which a node is not what the reference is. `class` is what it means for the verdict. */
export const Difference = z.strictObject({
  node: z.string(),
  /** Dotted path such as `packages.dpkg.redis-server`. */
  fact: z.string(),
  expected: z.string().nullable(),
  actual: z.string().nullable(),
  class: z.enum(['blocking', 'allowed', 'impossible']),
  /** Why it is allowed or impossible; empty where it blocks. */
  why: z.string(),
});
export type Difference = z.infer<typeof Difference>;
