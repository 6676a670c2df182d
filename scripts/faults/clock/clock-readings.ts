import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { NodeAccess } from '../../nodes/node.ts';
import { unitFile } from '../../nodes/unit-file.ts';

const askDeadlineMs = 20_000;
/** clockask's own words. */
const notYet = 'its libraries are not loaded yet';
/** For processes that have only just begun. */
const settleMs = 10_000;
const pollMs = 100;

/** Every process that a unit has on a node, asked for its time (images/toolbox/clockask.c). */
const Asked = z.strictObject({
  unit: z.int(),
  pid: z.int(),
  /** In clock ticks after boot: with its pid it names a process for good. */
  started: z.number(),
  /** Why it could not be asked. */
  why: z.string().optional(),
  /** When it was asked, of the kernel's monotonic clock. */
  atNs: z.number().optional(),
  /** Its clock against the kernel's. */
  offsetNs: z.number().optional(),
  errorNs: z.number().optional(),
  /** Local time that it has, east of UTC. */
  zoneSeconds: z.int().optional(),
});

/** What one process answered. */
export interface ProcessClock {
  /** `unit pid`, for messages. */
  readonly name: string;
  /** Names it for good on its node. */
  readonly id: string;
  /** Empty where it answered. */
  readonly why: string;
  /** It has only just begun, and will answer. */
  readonly isComing: boolean;
  readonly atMs: number;
  readonly offsetMs: number;
  readonly errorMs: number;
  readonly zoneMs: number;
}

/** A clock of the node itself against the controller's, which goes on steadily whatever becomes of the host's time of day. */
export interface KernelClock {
  /** When, after 1970. */
  readonly atMs: number;
  readonly offsetMs: number;
  /** Half the time that asking took. */
  readonly errorMs: number;
}

/** What time it is to the processes of these units, one by one. */
async function askProcesses(
  node: string,
  sideCar: NodeAccess,
  units: readonly string[],
  signal?: AbortSignal,
): Promise<readonly ProcessClock[]> {
  const { exitCode, stdout, stderr } = await sideCar.exec(['clockask', ...units.map(unitFile)], {
    timeoutMs: askDeadlineMs,
    ...(signal === undefined ? {} : { signal }),
  });
  if (exitCode !== 0)
    throw new Error(`${node}: its processes could not be asked for their time: ${stderr.trim()}`);
  return processClocks(stdout, units);
}

/** The same once all of them have begun, or as they are after a while. */
export async function askSettled(
  ...asked: Parameters<typeof askProcesses>
): Promise<readonly ProcessClock[]> {
  const giveUpAt = performance.now() + settleMs;
  for (;;) {
    const answers = await askProcesses(...asked);
    if (answers.every(({ isComing }) => !isComing) || performance.now() >= giveUpAt) return answers;
    await delay(pollMs);
  }
}

/** Pure: of what `clockask` prints. */
export function processClocks(text: string, units: readonly string[]): readonly ProcessClock[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const { unit, pid, started, why, atNs, offsetNs, errorNs, zoneSeconds } = Asked.parse(JSON.parse(line));
    return {
      name: `${units[unit] ?? ''} ${pid}`,
      id: `${pid}@${started}`,
      why: why ?? '',
      isComing: why === notYet,
      atMs: (atNs ?? 0) / 1e6,
      offsetMs: (offsetNs ?? 0) / 1e6,
      errorMs: (errorNs ?? 0) / 1e6,
      zoneMs: (zoneSeconds ?? 0) * 1000,
    };
  });
}

/** What a program that is started in the node now takes for the time. */
export async function askNode(access: NodeAccess, signal?: AbortSignal): Promise<KernelClock> {
  const before = steadyMs();
  const { exitCode, stdout, stderr } = await access.exec(['date', '+%s%N'], {
    timeoutMs: askDeadlineMs,
    ...(signal === undefined ? {} : { signal }),
  });
  const after = steadyMs();
  const text = stdout.trim();
  if (exitCode !== 0 || !/^\d{12,}$/.test(text))
    throw new Error(
      `${access.name}: it could not be asked for its time: ${stderr.trim() || `it said "${text}"`}`,
    );
  const atMs = (before + after) / 2;
  return { atMs, offsetMs: Number(BigInt(text) / 1_000n) / 1_000 - atMs, errorMs: (after - before) / 2 };
}

/** The time of day when the controller began, and the time since: it does not follow a clock that is set meanwhile. */
function steadyMs(): number {
  return performance.timeOrigin + performance.now();
}
