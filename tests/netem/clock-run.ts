import { z } from 'zod';
import { realClock } from './real-clock.ts';
import { Hold } from '../../scripts/faults/side-car/hold.ts';
import type { NodeAccess } from '../../scripts/nodes/node.ts';

const offsetsMs: readonly number[] = [90_000, -90_000];
/** Two programs are started between one clock and the other, on an emulated processor. */
const toleranceMs = 500;

export const ClockRun = z.strictObject({
  requestedMs: z.int(),
  measured: z.strictObject({ during: z.number(), after: z.number() }),
  toleranceMs: z.int(),
  ok: z.boolean(),
});
export type ClockRun = z.infer<typeof ClockRun>;

/**
 * The machine's real clock, set and set back through a lease as faults are. Nothing on it keeps its time: what stops and
 * starts that (realClock) is not run here.
 */
export async function clockRuns(node: NodeAccess): Promise<readonly ClockRun[]> {
  const runs: ClockRun[] = [];
  for (const offsetMs of offsetsMs) runs.push(await clockRun(node, offsetMs));
  return runs;
}

async function clockRun(node: NodeAccess, requestedMs: number): Promise<ClockRun> {
  const commands = realClock(requestedMs, false);
  const hold = await Hold.open(node);
  try {
    const before = await aheadMs(node);
    for (const argv of commands.undo) hold.undo('clock', argv);
    for (const argv of commands.do) await hold.do(argv);
    const during = (await aheadMs(node)) - before;
    await hold.heal('clock');
    const after = (await aheadMs(node)) - before;
    const isNear = (value: number, asked: number): boolean => Math.abs(value - asked) <= toleranceMs;
    const ok = isNear(during, requestedMs) && isNear(after, 0);
    return { requestedMs, measured: { during, after }, toleranceMs, ok };
  } finally {
    await hold.close();
  }
}

/** The time of day ahead of the time since the boot, ms: all that the machine itself has to hold it against. */
async function aheadMs(node: NodeAccess): Promise<number> {
  const { stdout } = await node.exec(['sh', '-c', 'date +%s%N; cat /proc/uptime'], { timeoutMs: 30_000 });
  const [, ns = '', uptime = ''] = /^(\d+)\n(\S+)/.exec(stdout) ?? [];
  const ahead = Number(BigInt(ns) / 1_000_000n) - Math.round(Number(uptime) * 1000);
  if (ns === '' || !Number.isFinite(ahead)) throw new Error(`${node.name}: its clock said "${stdout}"`);
  return ahead;
}
