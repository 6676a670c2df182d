import type { RunEvent } from '../evidence/event.ts';
import { severities, type LogLine, type Severity } from './log-line.ts';

/** What the page keeps of one node's log: a bounded choice of lines, and where in time the others were. */
export interface LogDigest {
  readonly node: string;
  /** Relative to the run folder. */
  readonly file: string;
  readonly total: number;
  /** Bytes in the middle of a huge log that were not read at all. */
  readonly unreadBytes: number;
  readonly counts: Readonly<Record<Severity, number>>;
  /** In the order of the log; `index` counts lines, so that a gap shows. */
  readonly shown: readonly { readonly index: number; readonly line: LogLine }[];
  readonly bins: readonly LogBin[];
  /** Starts, exits and failures of the units that the spec declares, and of any that failed. */
  readonly changes: readonly LogLine[];
}

/** Lines of one small piece of time. */
export interface LogBin {
  readonly fromMs: number;
  readonly toMs: number;
  readonly counts: Readonly<Record<Severity, number>>;
  /** The first line of the worst severity. */
  readonly first: LogLine;
}

export interface DigestBounds {
  readonly lines: number;
  readonly bins: number;
  /** Changes of units that are shown. */
  readonly changes: number;
}

/** The page as a whole is bounded: the more nodes, the less of each. */
export function digestBounds(nodes: number): DigestBounds {
  const share = (all: number, least: number, most: number): number =>
    Math.max(least, Math.min(most, Math.floor(all / Math.max(1, nodes))));
  return { lines: share(3600, 12, 400), bins: share(1200, 8, 100), changes: share(600, 4, 40) };
}

export interface LogSource {
  readonly node: string;
  readonly file: string;
  readonly lines: readonly LogLine[];
  readonly unreadBytes: number;
}

/**
 * Pure. Errors first, then warnings and what happened to declared units, then the lines nearest to a moment at which
 * something happened (a fault came or went, a suite began or ended).
 */
export function digestLog(
  source: LogSource,
  {
    moments,
    units,
    endMs,
    bounds,
  }: {
    readonly moments: readonly number[];
    readonly units: readonly string[];
    readonly endMs: number;
    readonly bounds: DigestBounds;
  },
): LogDigest {
  const { node, file, lines, unreadBytes } = source;
  const ofInterest = (line: LogLine): boolean =>
    line.change !== null && (units.includes(line.change.unit) || line.change.what === 'failed');
  const ranked = lines
    .map((line, index) => ({
      line,
      index,
      rank: rank(line, ofInterest(line)),
      far: distance(line, moments) ?? lines.length - index,
    }))
    .sort((a, b) => a.rank - b.rank || a.far - b.far || a.index - b.index);
  return {
    node,
    file,
    total: lines.length,
    unreadBytes,
    counts: countsOf(lines),
    shown: ranked
      .slice(0, bounds.lines)
      .sort((a, b) => a.index - b.index)
      .map(({ index, line }) => ({ index, line })),
    bins: binsOf(lines, endMs, bounds.bins),
    changes: lines.filter(ofInterest).slice(0, bounds.changes),
  };
}

/** Moments around which a log is worth reading: a fault came, went or broke, a suite began or ended. */
export function momentsOf(events: readonly RunEvent[]): readonly number[] {
  return events.filter(({ type }) => telling.has(type)).map(({ ms }) => ms);
}

const telling: ReadonlySet<RunEvent['type']> = new Set([
  'fault.inject',
  'fault.heal',
  'fault.error',
  'suite.start',
  'suite.end',
]);

const severityRank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, other: 2 };

function rank({ severity }: LogLine, ofInterest: boolean): number {
  return ofInterest ? Math.min(1, severityRank[severity]) : severityRank[severity];
}

/** null: the log carries no times, and its last lines are what is left to prefer. */
function distance({ ms }: LogLine, moments: readonly number[]): number | null {
  if (ms === null || moments.length === 0) return null;
  return Math.min(...moments.map((moment) => Math.abs(ms - moment)));
}

function countsOf(lines: readonly LogLine[]): Record<Severity, number> {
  const counts: Record<Severity, number> = { error: 0, warning: 0, other: 0 };
  for (const { severity } of lines) counts[severity] += 1;
  return counts;
}

function binsOf(lines: readonly LogLine[], endMs: number, count: number): readonly LogBin[] {
  const width = Math.max(1, endMs / count);
  const byBin = Map.groupBy(
    lines.filter(({ ms }) => ms !== null && ms >= 0 && ms <= endMs),
    ({ ms }) => Math.min(count - 1, Math.floor((ms ?? 0) / width)),
  );
  return [...byBin]
    .sort(([a], [b]) => a - b)
    .flatMap(([bin, within]) => {
      const first = severities.flatMap(
        (severity) => within.find((line) => line.severity === severity) ?? [],
      )[0];
      return first === undefined
        ? []
        : [{ fromMs: bin * width, toMs: (bin + 1) * width, counts: countsOf(within), first }];
    });
}
