import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../infra/places.ts';
import { RunEvent } from '../../scripts/evidence/event.ts';
import { Verdict } from '../../scripts/verdict/verdict.ts';
import { CpuMeter, type CpuSeconds } from './cpu.ts';
import { processKind } from './process-kind.ts';
import { startCommand, type CommandOptions } from './peers/command.ts';

const launcher = join(packageRoot, 'scripts/understudy');

export interface Rehearsal {
  readonly verdict: Verdict;
  /** From process start to exit. */
  readonly totalMs: number;
  /** The phases' own times, what came before the first and after the last, and what lies between them. */
  readonly phasesMs: Readonly<Record<string, number>>;
  readonly cpu: CpuSeconds;
}

/** `understudy run … --json`, as a user runs it. What it left in its run folder is read and goes. */
export async function rehearseOnce(
  argv: readonly string[],
  { signal, expected }: Pick<CommandOptions, 'signal' | 'expected'>,
): Promise<Rehearsal> {
  const meter = new CpuMeter(processKind);
  const beganMs = performance.now();
  const beganAt = Date.now();
  const running = startCommand(launcher, ['run', ...argv, '--control', 'never', '--json'], {
    signal,
    ...(expected === undefined ? {} : { expected }),
  });
  meter.follow(running.pid, running);
  const { stdout, atMs } = await running.done.finally(() => {
    meter.stop();
  });
  const cpu = meter.end();
  const totalMs = Math.round(atMs - beganMs);
  const verdict = Verdict.parse(JSON.parse(stdout));
  if (verdict.residue.length > 0) throw new Error(`left behind: ${verdict.residue.join(', ')}`);
  const events = readFileSync(join(verdict.runFolder, 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => RunEvent.parse(JSON.parse(line)));
  rmSync(verdict.runFolder, { recursive: true, force: true });
  return { verdict, totalMs, cpu, phasesMs: partsOf(verdict.phasesMs, events, beganAt, totalMs) };
}

/** Pure: phases and the rest; they add up to the whole. */
export function partsOf(
  phasesMs: Readonly<Record<string, number>>,
  events: readonly RunEvent[],
  beganAt: number,
  totalMs: number,
): Record<string, number> {
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined) return { ...phasesMs };
  const before = Date.parse(first.at) - beganAt;
  const after = totalMs - (Date.parse(last.at) - beganAt);
  const inPhases = Object.values(phasesMs).reduce((sum, ms) => sum + ms, 0);
  return {
    'before the run': before,
    ...phasesMs,
    'between phases, Pulumi’s end among it': totalMs - before - after - inPhases,
    'report and end': after,
  };
}
