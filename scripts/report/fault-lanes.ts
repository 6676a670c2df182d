import type { RunEvent } from '../evidence/event.ts';
import { faultSpans, plannedWindow, suitesBeganMs, type FaultSpan } from './fault-spans.ts';
import type { Lane, Mark, Span } from './lane.ts';
import { duration, seconds } from './quantity.ts';
import type { PlannedFault, RecordedRun } from './recorded-run.ts';

/** More faults than this are in the table below the time line alone. */
const maxLanes = 40;

export function faultLanes(run: RecordedRun): readonly Lane[] {
  const planned = [...(run.plan?.plan.conditions ?? []), ...(run.plan?.plan.schedule ?? [])];
  const realised = faultSpans(run);
  const began = suitesBeganMs(run.events);
  const ids = [...new Set([...planned.map(({ id }) => id), ...realised.map(({ fault }) => fault)])];
  return ids.slice(0, maxLanes).map((id): Lane => {
    const plan = planned.find((one) => one.id === id);
    const window = plan === undefined ? null : plannedWindow(plan, began, run.endMs);
    const was = realised.filter(({ fault }) => fault === id);
    return {
      group: 'faults',
      name: id,
      leadsTo: run.receipts.some(({ fault }) => fault === id) ? `receipt-${id}` : null,
      items: [
        ...(window === null ? [] : [plannedSpan(id, window)]),
        ...was.map((one) => realisedSpan(one, plan)),
        ...eventMarks(id, run.events),
        ...errorMarks(id, run.events),
      ],
    };
  });
}

function plannedSpan(id: string, { fromMs, toMs }: { fromMs: number; toMs: number }): Span {
  const tip = `${id} as planned: ${seconds(fromMs)} to ${seconds(toMs)}`;
  return { kind: 'span', look: 'planned', fromMs, toMs, text: '', tip };
}

function realisedSpan(one: FaultSpan, plan: PlannedFault | undefined): Span {
  const { fault, fromMs, toMs, healed, injectTookMs, healTookMs } = one;
  const planned =
    plan?.after !== undefined
      ? 'planned: when what it waited for had happened'
      : plan?.startMs == null
        ? 'planned: the whole run'
        : `planned: ${seconds(plan.startMs)} to ${plan.endMs === null ? 'the end' : seconds(plan.endMs)} after the suites began`;
  return {
    kind: 'span',
    look: healed ? 'fault' : 'fault open',
    fromMs,
    toMs,
    text: '',
    tip: [
      `${fault}${plan === undefined ? '' : ` (${plan.fault.kind})`}: in force ${seconds(fromMs)} to ${seconds(toMs)}${healed ? '' : ', no heal was written down'}`,
      `${planned}; inject took ${duration(injectTookMs)}${healed ? `, heal ${duration(healTookMs)}` : ''}`,
      `on ${listed(one.targets)}`,
    ].join('\n'),
  };
}

function eventMarks(id: string, events: readonly RunEvent[]): readonly Mark[] {
  return events.flatMap((event): Mark[] => {
    if (event.type !== 'fault.event' || event.fault !== id) return [];
    const where = event.node === null ? '' : `, on ${event.node}`;
    const line = event.line === '' ? '' : `\n${event.line}`;
    const tip = `${id} was to come when ${event.event}: ${seconds(event.ms)}${where}${line}`;
    return [{ kind: 'mark', look: 'neutral', ms: event.ms, glyph: '◆', tip }];
  });
}

function errorMarks(id: string, events: readonly RunEvent[]): readonly Mark[] {
  return events.flatMap((event): Mark[] =>
    event.type === 'fault.error' && event.fault === id
      ? [
          {
            kind: 'mark',
            look: 'bad',
            ms: event.ms,
            glyph: '✖',
            tip: `${id} at ${seconds(event.ms)}: ${event.why}`,
          },
        ]
      : [],
  );
}

/** A few targets by name, the rest as a number. */
export function listed(targets: readonly string[], most = 6): string {
  const named = targets.slice(0, most).join(', ');
  return targets.length <= most ? named : `${named} and ${targets.length - most} more`;
}
