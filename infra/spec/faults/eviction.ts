import { z } from 'zod';
import { unitName } from '../../../images/stack.ts';
import { onNodes } from './targets.ts';
import { timing } from './timing.ts';

/** EC2 gives two minutes between an interruption notice and the interruption. */
const usualNoticeMs = 120_000;

/**
 * `imdsv2`: whether the metadata service of a node refuses who asks without a token (HttpTokens on EC2). It is there during
 * the whole run, since software asks before a notice comes.
 */
const common = {
  ...timing,
  ...onNodes,
  imdsv2: z.enum(['required', 'optional']).default('required'),
};

/**
 * `notice`: for as long as it lasts, the node's metadata service gives a spot interruption notice, or a rebalance
 * recommendation, and nothing comes of it. `spot`: it gives an interruption notice, after `noticeMs` main processes are told
 * to end, after `graceMs` more the node ends as without power, and in the end there is a new one in its place: of its
 * name and address, with empty disks.
 */
export const evictionFaults = [
  z
    .strictObject({
      ...common,
      kind: z.literal('eviction.notice'),
      notice: z.enum(['interruption', 'rebalance']),
      /** Of an interruption; a machine that is to terminate when nothing is said. */
      action: z.enum(['terminate', 'stop', 'hibernate']).optional(),
      /** Of an interruption: how long after the notice it is announced for. */
      inMs: z.int().positive().optional(),
    })
    .refine(({ notice, action, inMs }) => notice === 'interruption' || (action ?? inMs) === undefined, {
      path: ['notice'],
      error: 'interruption, or without "action" and "inMs": a rebalance recommendation has neither',
    }),
  z.strictObject({
    ...common,
    kind: z.literal('eviction.spot'),
    noticeMs: z.int().min(1000).max(600_000),
    signal: z.enum(['TERM', 'QUIT']).default('TERM'),
    /** Whose main process gets the signal: without it that of each unit that the role declares, or the entrypoint. */
    unit: unitName.optional(),
    graceMs: z.int().min(500).max(600_000),
  }),
] as const;

/** What an interruption notice says, where the fault does not. */
export const usualInterruption = { action: 'terminate', inMs: usualNoticeMs } as const;
