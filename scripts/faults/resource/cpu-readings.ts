import { counterFiles, figuresOf } from '../../nodes/container-state.ts';
import type { NodeAccess } from '../../nodes/node.ts';

/** What a node got of one processor while one of its processes had use for all of it. */
export interface CpuReading {
  /** Of the time that went by, how much it worked, all its processes together; -1 where it could not be read. */
  readonly share: number;
  /** Of that time, how much it stood still because it had used up what it may: nobody else's work makes it do that. */
  readonly held: number;
  /** In how many of the kernel's periods that was. */
  readonly periods: number;
}

export const unreadCpu: CpuReading = { share: -1, held: 0, periods: 0 };

/** How long a node is kept busy: before it is looked at, so that what it had saved is used up; and while it is. */
export interface Burst {
  readonly beforeMs: number;
  readonly lookMs: number;
}

/** /proc/uptime counts in hundredths of a second; reading it over and over is all the work there is. */
const script = [
  'now() { read -r now _ < /proc/uptime; now=${now%.*}${now#*.}; }',
  'burn() { now; until=$((now + $1)); while [ "$now" -lt "$until" ]; do now; done; }',
  'look() { now; echo "at $now"; grep -s "" "$@"; echo; }',
  'before=$1 for=$2',
  'shift 2',
  'burn "$before"; look "$@"; burn "$for"; look "$@"',
].join('\n');

/** Keeps the node busy for that long, and reads what it got. */
export async function readCpu(
  node: NodeAccess,
  { beforeMs, lookMs }: Burst,
  signal: AbortSignal,
): Promise<CpuReading> {
  const hundredths = [beforeMs, lookMs].map((ms) => String(Math.round(ms / 10)));
  const argv = ['sh', '-c', script, 'sh', ...hundredths, ...counterFiles];
  const { exitCode, stdout, stderr } = await node.exec(argv, {
    environment: { LC_ALL: 'C' },
    timeoutMs: 30_000,
    signal,
  });
  if (exitCode !== 0) throw new Error(`${node.name}: a busy process could not be run: ${stderr.trim()}`);
  return cpuReading(stdout);
}

/** Pure: of what the script prints, counters of the node's own group at two moments. */
export function cpuReading(text: string): CpuReading {
  const looks = text.split(/^at /m).slice(1);
  const [first, second] = looks.map((look) => ({
    ms: Number.parseInt(look, 10) * 10,
    ...figuresOf(look).cpu,
  }));
  if (first === undefined || second === undefined) return unreadCpu;
  const wallMs = second.ms - first.ms;
  const part = (from: number | null, to: number | null): number | null =>
    from === null || to === null || !(wallMs > 0) ? null : (to - from) / wallMs;
  return {
    share: part(first.usedMs, second.usedMs) ?? -1,
    held: part(first.throttledMs, second.throttledMs) ?? 0,
    periods: (second.throttledPeriods ?? 0) - (first.throttledPeriods ?? 0),
  };
}
