import { z } from 'zod';
import { CpuMeter } from './cpu.ts';
import type { EngineEvent, EngineLog } from './engine-log.ts';
import { processKind } from './process-kind.ts';
import { interruptGroup, type Running } from './peers/command.ts';
import type { Step } from './result.ts';

/** What a step ends with, as the engine tells it. */
export interface Goal {
  readonly condition: string;
  readonly reached: (events: readonly EngineEvent[]) => boolean;
  readonly marksMs: (events: readonly EngineEvent[], beganMs: number) => Record<string, number>;
}

const deadlineMs = 180_000;

/** Runs one command and takes its times: from its process start to the goal, seen from outside, and to its own end. */
export async function measure(log: EngineLog, goal: Goal, begin: () => Running): Promise<Step> {
  log.forget();
  const failed = new AbortController();
  const meter = new CpuMeter(processKind);
  const beganMs = performance.now();
  const running = begin();
  meter.follow(running.pid, running);
  try {
    const reached = log.until(goal.condition, goal.reached, { deadlineMs, signal: failed.signal });
    const [doneAtMs, { atMs, stdout }] = await Promise.all([reached, running.done]);
    return {
      doneMs: Math.round(doneAtMs - beganMs),
      exitMs: Math.round(atMs - beganMs),
      cpu: meter.end(),
      marksMs: { ...goal.marksMs(log.events, beganMs), ...ownAccount(stdout) },
    };
  } catch (error) {
    failed.abort();
    interruptGroup(running.pid); // where the goal was not reached in time, it may still be at work
    await running.done.catch(() => undefined);
    meter.stop();
    throw error;
  }
}

/** `nodes` containers of this cluster run. */
export function allRun(cluster: string, nodes: number): Goal {
  return {
    condition: `${nodes} containers of ${cluster} run`,
    reached: (events) => ofNodes(events, cluster, 'start').length >= nodes,
    marksMs: (events, beganMs) =>
      marks(beganMs, {
        network: events.find(({ kind, action }) => kind === 'network' && action === 'create'),
        firstCreated: ofNodes(events, cluster, 'create')[0],
        firstRuns: ofNodes(events, cluster, 'start')[0],
        lastCreated: ofNodes(events, cluster, 'create').at(-1),
      }),
  };
}

/** They are gone, and their network with them. */
export function allGone(cluster: string, nodes: number): Goal {
  const network = (events: readonly EngineEvent[]): EngineEvent | undefined =>
    events.find(
      ({ kind, action, attributes }) =>
        kind === 'network' && action === 'destroy' && /^us-\d/.test(attributes['name'] ?? ''),
    );
  return {
    condition: `${nodes} containers of ${cluster} and their network are gone`,
    reached: (events) => ofNodes(events, cluster, 'destroy').length >= nodes && network(events) !== undefined,
    marksMs: (events, beganMs) =>
      marks(beganMs, {
        firstDead: ofNodes(events, cluster, 'die')[0],
        firstGone: ofNodes(events, cluster, 'destroy')[0],
        lastGone: ofNodes(events, cluster, 'destroy').at(-1),
        network: network(events),
      }),
  };
}

/** The raw API's program says how long it took without Node's own start. */
const Account = z.object({ apiMs: z.number() });

function ownAccount(stdout: string): Record<string, number> {
  if (!stdout.startsWith('{"apiMs"')) return {};
  return { api: Account.parse(JSON.parse(stdout)).apiMs };
}

function ofNodes(events: readonly EngineEvent[], cluster: string, wanted: string): readonly EngineEvent[] {
  return events.filter(
    ({ kind, action, attributes }) =>
      kind === 'container' &&
      action === wanted &&
      attributes['dev.understudy.cluster'] === cluster &&
      attributes['dev.understudy.node'] !== undefined,
  );
}

function marks(
  beganMs: number,
  moments: Readonly<Record<string, EngineEvent | undefined>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(moments).flatMap(([name, event]) =>
      event === undefined ? [] : [[name, Math.round(event.atMs - beganMs)]],
    ),
  );
}
