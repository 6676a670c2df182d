import { z } from 'zod';

/**
 * One line of counters.jsonl: what the kernel of one node had counted when a window of a fault began or ended. A second
 * witness beside the receipts, which never read it.
 */
export const KernelCounts = z.strictObject({
  at: z.iso.datetime(),
  /** since the run began */
  ms: z.number(),
  fault: z.string(),
  node: z.string(),
  /** The fault is on it; else it is one that may talk with those. */
  isTarget: z.boolean(),
  moment: z.enum(['begin', 'end']),
  /**
   * By name, without those that are 0: `Tcp.RetransSegs` (/proc/net/snmp), `TcpExt.TCPTimeouts` (/proc/net/netstat),
   * `eth0.rx.drop` (/proc/net/dev), `conntrack.count`, and of the node's control group `memory.oomKills`, `cpu.throttledMs`,
   * `pids.limitHits`, `disk.8:0.readBytes`. `host.softnet.dropped` is the whole machine's.
   */
  counts: z.record(z.string(), z.number()),
  /** Why there are none; '' where there are. */
  absent: z.string(),
});
export type KernelCounts = z.infer<typeof KernelCounts>;

export const countersFile = 'counters.jsonl';

/** Of a node's network namespace, as its side-car sees them. */
export const networkCounterFiles = [
  '/proc/net/snmp',
  '/proc/net/netstat',
  '/proc/net/dev',
  '/proc/net/softnet_stat',
  '/proc/sys/net/netfilter/nf_conntrack_count',
] as const;

const group = '/sys/fs/cgroup';
/** Of a node's own control group, as the node sees it: of cgroup v1 and v2, whichever is there. */
export const groupCounterFiles = [
  `${group}/memory/memory.failcnt`,
  `${group}/memory/memory.oom_control`,
  `${group}/memory.events`,
  `${group}/cpu/cpu.stat`,
  `${group}/cpu.stat`,
  `${group}/pids/pids.events`,
  `${group}/pids.events`,
  `${group}/blkio/blkio.throttle.io_service_bytes`,
  `${group}/io.stat`,
] as const;

/** What grows and shrinks; all else only grows for as long as a namespace lives. */
const gauges: ReadonlySet<string> = new Set(['Tcp.CurrEstab', 'conntrack.count']);
/** How the kernel is set, and nothing that it counts. */
const settings =
  /^(Ip\.(Forwarding|DefaultTTL)|Tcp\.(RtoAlgorithm|RtoMin|RtoMax|MaxConn))$|^MPTcpExt\.MPCurrEstab$/;

/** What else a line that is no table's may come to is none. */
const isName = /^[\w:-]+(\.[\w:-]+)+$/;

type Counts = Readonly<Record<string, number>>;

/** Pure: `text` is a line for each line of each file, behind its path and a colon, as `grep -H ''` prints them. */
export function countsOf(text: string): Counts {
  const files = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, path, rest] = /^(\/[^:]*):(.*)$/.exec(line) ?? [];
    if (path !== undefined && rest !== undefined) files.set(path, [...(files.get(path) ?? []), rest]);
  }
  const found = [...files].flatMap(([path, lines]) => inFile(path, lines));
  return Object.fromEntries(
    found.filter(
      ([name, count]) => count !== 0 && Number.isFinite(count) && isName.test(name) && !settings.test(name),
    ),
  );
}

type Found = readonly (readonly [name: string, count: number])[];

function inFile(path: string, lines: readonly string[]): Found {
  switch (path) {
    case '/proc/net/snmp':
    case '/proc/net/netstat':
      return inTables(lines);
    case '/proc/net/dev':
      return lines.slice(2).flatMap(ofDevice);
    case '/proc/net/softnet_stat':
      return [
        ['host.softnet.dropped', sumOfColumn(lines, 1)],
        ['host.softnet.squeezed', sumOfColumn(lines, 2)],
      ];
    case '/proc/sys/net/netfilter/nf_conntrack_count':
      return [['conntrack.count', Number(lines[0])]];
    case `${group}/memory/memory.failcnt`:
      return [['memory.limitHits', Number(lines[0])]];
    case `${group}/blkio/blkio.throttle.io_service_bytes`:
      return lines.flatMap(ofThrottledDevice);
    case `${group}/io.stat`:
      return lines.flatMap(ofDisk);
    default:
      return lines.flatMap(ofGroup(path));
  }
}

/** A line of names, and one of values behind the same first word. */
function inTables(lines: readonly string[]): Found {
  return lines.flatMap((line, index) => {
    if (index % 2 === 1) return [];
    const [table = '', ...names] = line.split(' ');
    const values = (lines[index + 1] ?? '').split(' ').slice(1);
    return names.map((name, at) => [`${table}${name}`.replace(':', '.'), Number(values[at] ?? 0)] as const);
  });
}

/** As the kernel orders them (net/core/net-procfs.c). */
const ofOneWay = ['bytes', 'packets', 'errs', 'drop', 'fifo'] as const;

function ofDevice(line: string): Found {
  const [name = '', ...rest] = line.trim().split(/[:\s]+/);
  const columns = rest.map(Number);
  return ofOneWay.flatMap((what, at) => [
    [`${name}.rx.${what}`, columns[at] ?? 0] as const,
    [`${name}.tx.${what}`, columns[at + 8] ?? 0] as const,
  ]);
}

/** A line for each processor, in hexadecimal. */
function sumOfColumn(lines: readonly string[], column: number): number {
  return lines.reduce((sum, line) => sum + parseInt(line.split(' ')[column] ?? '0', 16), 0);
}

function ofThrottledDevice(line: string): Found {
  const [, device, way, count] = /^(\d+:\d+) (Read|Write) (\d+)$/.exec(line) ?? [];
  return device === undefined || way === undefined
    ? []
    : [[`disk.${device}.${way.toLowerCase()}Bytes`, Number(count)]];
}

function ofDisk(line: string): Found {
  const [device = '', ...pairs] = line.split(' ');
  return pairs.flatMap((pair) => {
    const [, way, count] = /^([rw])bytes=(\d+)$/.exec(pair) ?? [];
    return way === undefined
      ? []
      : [[`disk.${device}.${way === 'r' ? 'read' : 'write'}Bytes`, Number(count)] as const];
  });
}

/** Word in a file of the group → name, and by what its count is divided. */
const ofGroupFiles: ReadonlyMap<string, readonly [name: string, by: number]> = new Map([
  ['memory.oom_control oom_kill', ['memory.oomKills', 1]],
  ['memory.events max', ['memory.limitHits', 1]],
  ['memory.events oom_kill', ['memory.oomKills', 1]],
  ['cpu.stat nr_throttled', ['cpu.throttledPeriods', 1]],
  ['cpu.stat throttled_time', ['cpu.throttledMs', 1e6]],
  ['cpu.stat throttled_usec', ['cpu.throttledMs', 1e3]],
  ['pids.events max', ['pids.limitHits', 1]],
]);

function ofGroup(path: string): (line: string) => Found {
  const file = path.slice(path.lastIndexOf('/') + 1);
  return (line) => {
    const [word = '', count] = line.split(' ');
    const named = ofGroupFiles.get(`${file} ${word}`);
    return named === undefined ? [] : [[named[0], Math.round(Number(count) / named[1])]];
  };
}

export interface CountedChange {
  readonly name: string;
  /** What came in between; of a gauge, by how much it is more. */
  readonly by: number;
}

/**
 * Pure: what changed between two readings of one node, by name. A counter that is less than it was began anew, with its
 * namespace: then all is counted from that beginning, and `isAnew`.
 */
export function changesBetween(
  begin: Counts,
  end: Counts,
): { readonly changes: readonly CountedChange[]; readonly isAnew: boolean } {
  const names = [...new Set([...Object.keys(begin), ...Object.keys(end)])].sort();
  const isAnew = names.some((name) => !gauges.has(name) && (end[name] ?? 0) < (begin[name] ?? 0));
  const changes = names
    .map((name) => ({ name, by: (end[name] ?? 0) - (isAnew ? 0 : (begin[name] ?? 0)) }))
    .filter(({ by }) => by !== 0);
  return { changes, isAnew };
}
