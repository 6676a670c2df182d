import type { Fault } from '../spec/fault.ts';
import type { AfterEvent } from '../spec/faults/event.ts';
import type { Draw } from './seed.ts';

/** When a fault is in force, ms after the first suite began; null: from before that, or to after the last one. */
export interface Window {
  readonly startMs: number | null;
  readonly endMs: number | null;
  /** Where an event says when it starts: then the two are the earliest and the latest that there can be. */
  readonly after?: { readonly thenMs: number; readonly lastsMs: number | null };
}

/** Pure: the last moment at which a window begins or ends, ms after the first suite began; null: there is none. */
export function lastMomentMs(all: readonly Window[]): number | null {
  const moments = all.flatMap(({ startMs, endMs }) => (startMs === null ? [] : [endMs ?? startMs]));
  return moments.length === 0 ? null : Math.max(...moments);
}

/** Pure: each time that a fault comes, at moments that `draw` picks. One without a beginning holds during the whole run. */
export function windowsOf({ from, untilMs, lastsMs, again }: Fault, draw: Draw): readonly Window[] {
  if (from === undefined) return [{ startMs: null, endMs: null }];
  if ('event' in from) return [afterEvent(from, lastsMs, draw)];
  const windows: Window[] = [];
  let startMs = draw.integer(...from);
  for (let left = again?.times ?? 1; left > 0; left -= 1) {
    const endMs = lastsMs === undefined ? (untilMs ?? null) : startMs + draw.integer(...lastsMs);
    windows.push({ startMs, endMs });
    if (again !== undefined) startMs += draw.integer(...again.everyMs);
  }
  return windows;
}

function afterEvent({ thenMs, byMs }: AfterEvent, lasting: Fault['lastsMs'], draw: Draw): Window {
  const startMs = draw.integer(...thenMs);
  const lastsMs = lasting === undefined ? null : draw.integer(...lasting);
  const endMs = lastsMs === null ? null : byMs + startMs + lastsMs;
  return { startMs, endMs, after: { thenMs: startMs, lastsMs } };
}
