import type { RunEvent } from '../evidence/event.ts';
import { escape } from './html.ts';

interface Bar {
  readonly label: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly colour: string;
}

const width = 960;
const labelWidth = 210;
const rowHeight = 20;

/** Phases, faults and suites over the run, as one SVG; what never ended runs to the last event. */
export function timeline(events: readonly RunEvent[]): string {
  const endMs = Math.max(1, ...events.map(({ ms }) => ms));
  const bars = barsOf(events, endMs);
  const scale = (ms: number): number => labelWidth + (ms / endMs) * (width - labelWidth - 10);
  const rows = bars.map(({ label, fromMs, toMs, colour }, index) => {
    const y = 6 + index * rowHeight;
    const length = Math.max(2, scale(toMs) - scale(fromMs));
    const title = `${label}: ${seconds(fromMs)} to ${seconds(toMs)}`;
    return `<text x="0" y="${y + 12}">${escape(label)}</text><rect x="${scale(fromMs).toFixed(1)}" y="${y}" width="${length.toFixed(1)}" height="14" rx="3" fill="${colour}"><title>${escape(title)}</title></rect>`;
  });
  const bottom = 6 + bars.length * rowHeight;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (part) =>
      `<text x="${(scale(part * endMs) - (part === 1 ? 34 : 0)).toFixed(1)}" y="${bottom + 14}">${seconds(part * endMs)}</text>`,
  );
  return `<svg viewBox="0 0 ${width} ${bottom + 20}" role="img" aria-label="time line of phases, faults and suites">${rows.join('')}${ticks.join('')}</svg>`;
}

const colours = { phase: '#7d8fa9', fault: '#d0764a', suite: '#4b8f6b' } as const;

function barsOf(events: readonly RunEvent[], endMs: number): readonly Bar[] {
  const endOf = (matches: (event: RunEvent) => boolean, from: number): number =>
    events.find((event) => event.ms >= from && matches(event))?.ms ?? endMs;
  return events.flatMap((event): Bar[] => {
    switch (event.type) {
      case 'phase.start':
        return [
          {
            label: event.phase,
            fromMs: event.ms,
            toMs: endOf((one) => one.type === 'phase.end' && one.phase === event.phase, event.ms),
            colour: colours.phase,
          },
        ];
      case 'suite.start':
        return [
          {
            label: `suite ${event.suite}`,
            fromMs: event.ms,
            toMs: endOf((one) => one.type === 'suite.end' && one.suite === event.suite, event.ms),
            colour: colours.suite,
          },
        ];
      case 'fault.inject':
        return [
          {
            label: event.fault,
            fromMs: event.ms,
            toMs: endOf((one) => one.type === 'fault.heal' && one.fault === event.fault, event.ms),
            colour: colours.fault,
          },
        ];
      default:
        return [];
    }
  });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
