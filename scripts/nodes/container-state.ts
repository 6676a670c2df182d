import type Docker from 'dockerode';
import { z } from 'zod';
import { DockerNode } from './docker.ts';

/** nodes/<node>/state.json: how a node is, or how it ended, and what the kernel counted of it. null: see `absent`. */
export const ContainerState = z.strictObject({
  schema: z.literal(1),
  node: z.string(),
  at: z.iso.datetime(),
  hostName: z.string(),
  status: z.string(),
  running: z.boolean(),
  exitCode: z.int().nullable(),
  /** The engine saw process 1 killed for want of memory; oomKills counts every process of the node. */
  oomKilled: z.boolean(),
  error: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** By the engine's own restart policy. */
  restartCount: z.int(),
  memory: z.strictObject({
    limitBytes: z.number().nullable(),
    usedBytes: z.number().nullable(),
    peakBytes: z.number().nullable(),
    limitHits: z.number().nullable(),
    oomKills: z.number().nullable(),
  }),
  cpu: z.strictObject({
    usedMs: z.number().nullable(),
    periods: z.number().nullable(),
    throttledPeriods: z.number().nullable(),
    throttledMs: z.number().nullable(),
  }),
  processes: z.number().nullable(),
  absent: z.string(),
});
export type ContainerState = z.infer<typeof ContainerState>;

/** The node's own control group, as the kernel counts it: of cgroup v1 and v2, whichever is there. */
const counters = {
  limitBytes: ['memory/memory.limit_in_bytes:', 'memory.max:'],
  usedBytes: ['memory/memory.usage_in_bytes:', 'memory.current:'],
  peakBytes: ['memory/memory.max_usage_in_bytes:', 'memory.peak:'],
  limitHits: ['memory/memory.failcnt:', 'memory.events:max '],
  oomKills: ['memory/memory.oom_control:oom_kill ', 'memory.events:oom_kill '],
  usedNs: ['cpuacct/cpuacct.usage:'],
  usedUs: ['cpu.stat:usage_usec '],
  periods: ['cpu/cpu.stat:nr_periods ', 'cpu.stat:nr_periods '],
  throttledPeriods: ['cpu/cpu.stat:nr_throttled ', 'cpu.stat:nr_throttled '],
  throttledNs: ['cpu/cpu.stat:throttled_time '],
  throttledUs: ['cpu.stat:throttled_usec '],
  processes: ['pids/pids.current:', 'pids.current:'],
} as const;
const folder = '/sys/fs/cgroup/';
/** Those that there are on this kernel, for `figuresOf`. */
export const counterFiles: readonly string[] = [
  ...new Set(
    Object.values(counters)
      .flat()
      .map((place) => folder + place.slice(0, place.indexOf(':'))),
  ),
];
const deadlineMs = 5_000;

/**
 * Reads it inside the node: the engine's own figures take a second, and say nothing of kills. A node that has ended has
 * no control group any more.
 */
export async function containerState(
  engine: Docker,
  node: string,
  info: Docker.ContainerInspectInfo,
  signal: AbortSignal,
): Promise<ContainerState> {
  const at = new Date().toISOString();
  const { State, Config, RestartCount } = info;
  const { stdout: counted } = State.Running
    ? await new DockerNode(engine, node, info.Id)
        .exec(['grep', '-s', '', ...counterFiles], { timeoutMs: deadlineMs, signal })
        .catch(() => ({ stdout: '' })) // an image without grep
    : { stdout: '' };
  return {
    schema: 1,
    node,
    at,
    hostName: Config.Hostname,
    status: State.Status,
    running: State.Running,
    exitCode: State.Running ? null : State.ExitCode,
    oomKilled: State.OOMKilled,
    error: State.Error,
    startedAt: moment(State.StartedAt),
    finishedAt: moment(State.FinishedAt),
    restartCount: RestartCount,
    ...figuresOf(counted),
    absent: State.Running
      ? counted === ''
        ? 'the counters could not be read in the node'
        : ''
      : 'the node had ended, and its control group with it',
  };
}

/** Pure: `counted` is a line for each line of each counter's file, behind its path, as grep prints them. */
export function figuresOf(counted: string): Pick<ContainerState, 'memory' | 'cpu' | 'processes'> {
  const lines = counted.split('\n');
  const count = (name: keyof typeof counters): number | null => {
    const found = counters[name]
      .map((place) => folder + place)
      .flatMap((place) =>
        lines.filter((line) => line.startsWith(place)).map((line) => line.slice(place.length)),
      )
      .map(Number);
    return found.find((number) => Number.isFinite(number)) ?? null;
  };
  const ms = (nanos: number | null, micros: number | null): number | null =>
    nanos === null ? (micros === null ? null : micros / 1e3) : nanos / 1e6;
  return {
    memory: {
      limitBytes: count('limitBytes'),
      usedBytes: count('usedBytes'),
      peakBytes: count('peakBytes'),
      limitHits: count('limitHits'),
      oomKills: count('oomKills'),
    },
    cpu: {
      usedMs: ms(count('usedNs'), count('usedUs')),
      periods: count('periods'),
      throttledPeriods: count('throttledPeriods'),
      throttledMs: ms(count('throttledNs'), count('throttledUs')),
    },
    processes: count('processes'),
  };
}

/** The engine's word for never is the year 1. */
function moment(time: string): string | null {
  return time === '' || time.startsWith('0001-') ? null : time;
}
