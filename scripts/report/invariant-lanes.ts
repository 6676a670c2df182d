import type { RunEvent } from '../evidence/event.ts';
import { listed } from './fault-lanes.ts';
import type { Lane, Span } from './lane.ts';
import { duration, seconds } from './quantity.ts';
import type { RecordedRun } from './recorded-run.ts';

type Event<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;
type Broken = Event<'invariant.broken'>;

/** More invariants than this are in the table alone. */
const maxLanes = 30;
/** Of one that flaps, so many stretches are drawn. */
const maxSpans = 200;

/** Pure: when each invariant held, did not and need not, and did not although it should have. */
export function invariantLanes({ events, endMs }: RecordedRun): readonly Lane[] {
  const starts = events.filter((event) => event.type === 'invariant.start');
  return starts.slice(0, maxLanes).map(({ invariant, ms: fromMs }): Lane => {
    const own = events.filter((event) => 'invariant' in event && event.invariant === invariant);
    const toMs = own.find(({ type }) => type === 'invariant.end')?.ms ?? endMs;
    const broken = own.filter((event) => event.type === 'invariant.broken');
    const holds = own.filter((event) => event.type === 'invariant.holds');
    return {
      group: 'invariants',
      name: invariant,
      leadsTo: `invariant-${invariant}`,
      items: [
        heldSpan(invariant, fromMs, toMs),
        ...broken.slice(0, maxSpans).map((one) => brokenSpan(one, broken, holds, toMs)),
      ],
    };
  });
}

/** "does not hold on worker-1, while low-disk/full was in force (exit code 1): …". */
export function brokenWords({ nodes, exitCode, words, faults, isViolation }: Broken): string {
  const under = faults.length === 0 ? 'no fault in force' : `in force: ${listed(faults)}`;
  const code = exitCode === null ? 'no exit code' : `exit code ${exitCode}`;
  const how = isViolation ? 'does not hold' : 'does not hold, and need not';
  return `${how}, on ${listed(nodes)}; ${under}; ${code}${words === '' ? '' : `: ${words}`}`;
}

function heldSpan(invariant: string, fromMs: number, toMs: number): Span {
  const tip = `${invariant}: asked for from ${seconds(fromMs)} to ${seconds(toMs)}; it held where nothing else is drawn`;
  return { kind: 'span', look: 'held', fromMs, toMs, text: '', tip };
}

/** Up to where it holds again on the same nodes, or becomes a violation. */
function brokenSpan(
  one: Broken,
  broken: readonly Broken[],
  holds: readonly Event<'invariant.holds'>[],
  endMs: number,
): Span {
  const isNext = (event: Broken | Event<'invariant.holds'>): boolean =>
    event !== one && event.ms >= one.ms && event.nodes.join() === one.nodes.join();
  const toMs = Math.min(...[...broken, ...holds].filter(isNext).map(({ ms }) => ms), endMs);
  return {
    kind: 'span',
    look: one.isViolation ? 'violated' : 'excused',
    fromMs: one.ms,
    toMs,
    text: '',
    tip: `${one.invariant} from ${seconds(one.ms)} to ${seconds(toMs)}, ${duration(toMs - one.ms)}:\n${brokenWords(one)}`,
  };
}
