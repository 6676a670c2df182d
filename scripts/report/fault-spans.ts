import { nodesOf } from '../../infra/plan/target.ts';
import type { RunEvent } from '../evidence/event.ts';
import type { PlannedFault, RecordedRun } from './recorded-run.ts';

/** When one fault was in force, from its inject to its heal. */
export interface FaultSpan {
  readonly fault: string;
  readonly targets: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly healed: boolean;
  readonly injectTookMs: number;
  readonly healTookMs: number;
}

/** Pure: what was really in force, as the events tell. */
export function faultSpans({ events, endMs }: Pick<RecordedRun, 'events' | 'endMs'>): readonly FaultSpan[] {
  return events.flatMap((event): FaultSpan[] => {
    if (event.type !== 'fault.inject') return [];
    const heal = events.find(
      (one): one is Extract<RunEvent, { type: 'fault.heal' }> =>
        one.type === 'fault.heal' && one.fault === event.fault && one.ms >= event.ms,
    );
    return [
      {
        fault: event.fault,
        targets: event.targets,
        fromMs: event.ms,
        toMs: heal?.ms ?? endMs,
        healed: heal !== undefined,
        injectTookMs: event.tookMs,
        healTookMs: heal?.tookMs ?? 0,
      },
    ];
  });
}

/**
 * When a fault of the schedule should have been in force, on the run's clock; null for one that lasts the whole run, or
 * waited for something to happen.
 */
export function plannedWindow(
  fault: PlannedFault,
  suitesBegan: number | null,
  endMs: number,
): { readonly fromMs: number; readonly toMs: number } | null {
  if (fault.startMs === null || suitesBegan === null || fault.after !== undefined) return null;
  const until = fault.endMs === null ? endMs : suitesBegan + fault.endMs;
  return { fromMs: suitesBegan + fault.startMs, toMs: until };
}

/** Schedules count from here: null where no suite began. */
export function suitesBeganMs(events: readonly RunEvent[]): number | null {
  return events.find(({ type }) => type === 'suite.start')?.ms ?? null;
}

export function touches(target: string, node: string): boolean {
  return nodesOf(target).includes(node);
}
