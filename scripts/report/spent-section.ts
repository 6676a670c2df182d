import type { RunEvent } from '../evidence/event.ts';
import { markup, type Markup } from './markup.ts';
import { duration } from './quantity.ts';
import { gapOf, type RecordedRun } from './recorded-run.ts';

interface Spent {
  readonly name: string;
  readonly ms: number;
  readonly ended: boolean;
}

/** Seconds by phase, and what no phase accounts for. */
export function spentSection(run: RecordedRun): Markup {
  const { events, endMs } = run;
  const spent = spentOf(events, endMs);
  if (spent.length === 0)
    return markup`<p>${gapOf(run, 'events.jsonl') === null ? 'No phase was begun.' : 'Which phases there were is not known.'}</p>`;
  const rest = endMs - spent.reduce((sum, { ms }) => sum + ms, 0);
  const rows = rest > 0 ? [...spent, { name: 'between phases', ms: rest, ended: true }] : spent;
  const most = Math.max(...rows.map(({ ms }) => ms));
  return markup`<table class="spent"><thead><tr><th scope="col">phase</th><th scope="col">took</th><th scope="col">part</th></tr></thead><tbody>
${rows.map(
  ({ name, ms, ended }) =>
    markup`<tr><th scope="row">${name}</th><td class="number">${duration(ms)}${ended ? null : ' (not ended)'}</td><td class="part"><i style="width:${((ms / most) * 100).toFixed(1)}%"></i></td></tr>\n`,
)}</tbody><tfoot><tr><th scope="row">all</th><td class="number">${duration(endMs)}</td><td></td></tr></tfoot></table>`;
}

/** From the events alone: they are there however the run ended. A phase that came twice counts as one. */
export function spentOf(events: readonly RunEvent[], endMs: number): readonly Spent[] {
  const sums = new Map<string, Spent>();
  for (const event of events) {
    if (event.type !== 'phase.start') continue;
    const end = events.find(
      (one) => one.type === 'phase.end' && one.phase === event.phase && one.ms >= event.ms,
    );
    const known = sums.get(event.phase);
    sums.set(event.phase, {
      name: event.phase,
      ms: (known?.ms ?? 0) + (end?.ms ?? endMs) - event.ms,
      ended: end !== undefined,
    });
  }
  return [...sums.values()];
}
