import { faultLanes } from './fault-lanes.ts';
import { invariantLanes } from './invariant-lanes.ts';
import type { Lane, Span } from './lane.ts';
import { nodeLanes } from './node-lanes.ts';
import { duration, seconds } from './quantity.ts';
import type { RecordedRun } from './recorded-run.ts';
import { suiteLanes } from './suite-lanes.ts';

/** Pure: what the time line shows, top to bottom, over one clock. */
export function lanes(run: RecordedRun): readonly Lane[] {
  return [phaseLane(run), ...faultLanes(run), ...suiteLanes(run), ...invariantLanes(run), ...nodeLanes(run)];
}

function phaseLane({ events, endMs }: RecordedRun): Lane {
  const spans = events.flatMap((event): Span[] => {
    if (event.type !== 'phase.start') return [];
    const end = events.find(
      (one) => one.type === 'phase.end' && one.phase === event.phase && one.ms >= event.ms,
    );
    const toMs = end?.ms ?? endMs;
    const broken = end?.type !== 'phase.end' || !end.ok;
    const said = end?.type === 'phase.end' && end.why !== '' ? `\n${end.why}` : '';
    return [
      {
        kind: 'span',
        look: broken ? 'phase broken' : 'phase',
        fromMs: event.ms,
        toMs,
        text: broken ? `✗ ${event.phase}` : event.phase,
        tip: `phase ${event.phase}: ${seconds(event.ms)} to ${seconds(toMs)}, ${duration(toMs - event.ms)}${end === undefined ? ', its end was never written' : ''}${said}`,
      },
    ];
  });
  return { group: 'phases', name: 'phases', leadsTo: 'time-spent', items: spans };
}
