import { z } from 'zod';
import type { NodeAccess } from '../../nodes/node.ts';

const lookDeadlineMs = 15_000;

/** What the metadata service of a node answers to a client inside, as images/toolbox/imdsprobe.c has it. */
export interface MetadataReading {
  /** Of the real clock. */
  readonly atMs: number;
  /** Statuses; 0: nobody answered. Of the asking for a token, and of asking without one. */
  readonly token: number;
  readonly withoutToken: number;
  /** instance-id; empty where there is none. */
  readonly instance: string;
  readonly interruption: Notice;
  readonly rebalance: Notice;
}

export interface Notice {
  readonly status: number;
  /** Of an interruption; empty where there is none. */
  readonly action: string;
  /** What it is announced for, of the real clock; null where it says none. */
  readonly forMs: number | null;
}

const Interruption = z.object({ action: z.string(), time: z.iso.datetime() });
const Rebalance = z.object({ noticeTime: z.iso.datetime() });

/** From the network namespace of the node, by its side-car. */
export async function readMetadata(sideCar: NodeAccess, signal: AbortSignal): Promise<MetadataReading> {
  const { exitCode, stdout, stderr } = await sideCar.exec(['imdsprobe'], {
    timeoutMs: lookDeadlineMs,
    signal,
  });
  const reading = exitCode === 0 ? metadataReading(stdout.split('\n')[0] ?? '') : null;
  if (reading !== null) return reading;
  throw new Error(`${sideCar.name}: imdsprobe ended with ${exitCode}: ${stderr.trim() || stdout.trim()}`);
}

/** Pure: of one line of imdsprobe; null where it is none. */
export function metadataReading(line: string): MetadataReading | null {
  const [at, token, withoutToken, instance, action, interruption, rebalance, recommendation] =
    line.split('\t');
  if (at === undefined || recommendation === undefined) return null;
  const announced = Interruption.safeParse(parsed(interruption)).data;
  const recommended = Rebalance.safeParse(parsed(recommendation)).data;
  return {
    atMs: Number(at),
    token: Number(token),
    withoutToken: Number(withoutToken),
    instance: instance ?? '',
    interruption: {
      status: Number(action),
      action: announced?.action ?? '',
      forMs: announced === undefined ? null : Date.parse(announced.time),
    },
    rebalance: {
      status: Number(rebalance),
      action: '',
      forMs: recommended === undefined ? null : Date.parse(recommended.noticeTime),
    },
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}
