import { faultSpans, touches, type FaultSpan } from './fault-spans.ts';
import type { Lane, Mark, Span } from './lane.ts';
import type { LogBin, LogDigest } from './log-digest.ts';
import { severities, type LogLine, type UnitChange } from './log-line.ts';
import { counted, seconds } from './quantity.ts';
import type { RecordedRun } from './recorded-run.ts';

/** More nodes than this have their log below, and no lane. */
const maxLanes = 100;
const maxTip = 160;
/** A fault that comes and goes on more nodes than this would shade everything: its own lane is enough. */
const maxShades = 8;

export function nodeLanes(run: RecordedRun): readonly Lane[] {
  const windows = faultSpans(run).filter(({ fault }) => isWindow(fault, run));
  return run.logs.slice(0, maxLanes).map((log): Lane => ({
    group: 'nodes',
    name: log.node,
    leadsTo: log.total > 0 ? `log-${log.node}` : null,
    items: [
      ...windows
        .filter(({ targets }) => targets.some((target) => touches(target, log.node)))
        .slice(0, maxShades)
        .map(shade),
      ...log.bins.map(bin),
      ...stateMarks(log, run),
      ...log.changes.map(changeMark),
      ...entrypointMarks(log, run),
    ],
  }));
}

function isWindow(fault: string, { plan }: RecordedRun): boolean {
  return plan?.plan.schedule.find(({ id }) => id === fault)?.startMs != null;
}

function shade({ fault, fromMs, toMs }: FaultSpan): Span {
  const tip = `${fault} in force: ${seconds(fromMs)} to ${seconds(toMs)}`;
  return { kind: 'span', look: 'shade', fromMs, toMs, text: '', tip };
}

function bin({ fromMs, toMs, counts, first }: LogBin): Span {
  const worst = severities.find((severity) => counts[severity] > 0) ?? 'other';
  const said = severities
    .filter((severity) => counts[severity] > 0)
    .map((severity) => counted(counts[severity], words[severity]))
    .join(', ');
  return {
    kind: 'span',
    look: `entry ${worst}`,
    fromMs,
    toMs,
    text: '',
    tip: `${seconds(fromMs)} to ${seconds(toMs)}: ${said}\n${first.from === '' ? '' : `${first.from}: `}${first.text.slice(0, maxTip)}`,
  };
}

const words = { error: 'error', warning: 'warning', other: 'other line' } as const;

function stateMarks({ node }: LogDigest, { events }: RecordedRun): readonly Mark[] {
  return events.flatMap((event): Mark[] =>
    event.type === 'node' && event.node === node
      ? [
          {
            kind: 'mark',
            look: event.state === 'ready' ? 'good' : 'neutral',
            ms: event.ms,
            glyph: event.state === 'ready' ? '●' : '○',
            tip: `${node} ${event.state} at ${seconds(event.ms)}`,
          },
        ]
      : [],
  );
}

/** A container keeps no journal of its process; the units of a machine are in its journal. */
function entrypointMarks({ node }: LogDigest, { processes, startedAt }: RecordedRun): readonly Mark[] {
  const began = Date.parse(startedAt ?? '');
  return (processes ?? [])
    .filter((record) => record.kind === 'entrypoint' && record.node === node)
    .flatMap(({ start, exit, code, signal }) => [
      ...(start === null ? [] : [entrypointMark('started', Date.parse(start) - began, '')]),
      ...(exit === null
        ? []
        : [entrypointMark('exited', Date.parse(exit) - began, signal ?? `exit code ${code ?? '?'}`)]),
    ]);
}

function entrypointMark(what: 'started' | 'exited', ms: number, detail: string): Mark {
  const how = detail === '' ? '' : ` (${detail})`;
  return { kind: 'mark', ...changeGlyphs[what], ms, tip: `entrypoint ${what}${how} at ${seconds(ms)}` };
}

/** Shape, word and colour: a mark is understood with any two of them missing. */
export const changeGlyphs = {
  started: { glyph: '▲', look: 'good' },
  restarted: { glyph: '↻', look: 'bad' },
  stopped: { glyph: '▽', look: 'neutral' },
  exited: { glyph: '▼', look: 'bad' },
  failed: { glyph: '✖', look: 'bad' },
} as const satisfies Record<UnitChange, Pick<Mark, 'glyph' | 'look'>>;

function changeMark(line: LogLine): Mark {
  const { unit, what, detail } = line.change ?? { unit: '?', what: 'exited', detail: '' };
  return {
    kind: 'mark',
    ...changeGlyphs[what],
    ms: line.ms ?? 0,
    tip: `unit ${unit} ${what}${detail === '' ? '' : ` (${detail})`} at ${seconds(line.ms ?? 0)}`,
  };
}
