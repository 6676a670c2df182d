import { z } from 'zod';

/** Name of a role; whether the cluster has it is for invariant-problems.ts to say. */
const roleName = z.string().min(1);

/**
 * What must hold of the nodes of a role while suites and faults go on: a command that ends with 0 there, asked again and
 * again during the whole run, in the control too.
 */
export const Invariant = z.strictObject({
  where: roleName,
  command: z
    .array(z.string().min(1))
    .min(1)
    .describe('${name} stands for the value of a variable, $${ for the text ${ itself'),
  everyMs: z.int().min(200).max(600_000).default(1_000),
  /** An answer that takes longer is none; the command is ended then. */
  timeoutMs: z.int().min(100).max(60_000).default(5_000),
  /** On each of them, on at least one of them, or on the first one, which alone is asked. */
  nodes: z.enum(['all', 'any', 'first']).default('all'),
  /** `no-fault`: what faults break is no violation until `settleMs` after the last of them was healed. */
  during: z.enum(['always', 'no-fault']).default('always'),
  settleMs: z.int().nonnegative().max(600_000).optional(),
  /** After the heal of a fault it must hold again within this time. */
  recoversWithinMs: z.int().positive().max(600_000).optional(),
});
export type Invariant = z.infer<typeof Invariant>;

/** Where the spec says nothing: as long as a service takes that its supervisor starts again. */
export const defaultSettleMs = 5_000;
