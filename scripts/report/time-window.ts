import { suitesBeganMs } from './fault-spans.ts';
import type { RecordedRun } from './recorded-run.ts';

/** A piece of the run that the time line can be narrowed to. */
export interface TimeWindow {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

const maxWindows = 6;
const marginPart = 0.02;

/** The whole run, all suites, and each suite where there are several. */
export function timeWindows({ events, endMs }: Pick<RecordedRun, 'events' | 'endMs'>): readonly TimeWindow[] {
  const suites = events.flatMap((event) =>
    event.type === 'suite.start'
      ? [
          {
            name: event.suite,
            fromMs: event.ms,
            toMs: events.find((one) => one.type === 'suite.end' && one.suite === event.suite)?.ms ?? endMs,
          },
        ]
      : [],
  );
  const whole = { name: 'whole run', fromMs: 0, toMs: endMs };
  const began = suitesBeganMs(events);
  if (began === null) return [whole];
  const ended = Math.max(...suites.map(({ toMs }) => toMs));
  const all = {
    name: suites.length === 1 ? 'while the suite ran' : 'while suites ran',
    fromMs: began,
    toMs: ended,
  };
  const each = suites.length > 1 ? suites : [];
  return [whole, ...[all, ...each].map(widened)].slice(0, maxWindows);
}

/** Round numbers of seconds inside a window, at most `most` of them. */
export function ticks({ fromMs, toMs }: TimeWindow, most = 7): readonly number[] {
  const least = (toMs - fromMs) / most;
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= least) ?? 10 * power;
  const first = Math.ceil(fromMs / step);
  return Array.from({ length: Math.floor(toMs / step) - first + 1 }, (_, index) => (first + index) * step);
}

function widened({ name, fromMs, toMs }: TimeWindow): TimeWindow {
  const margin = Math.max(1, (toMs - fromMs) * marginPart);
  return { name, fromMs: Math.max(0, fromMs - margin), toMs: toMs + margin };
}
