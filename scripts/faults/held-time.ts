import type { ScheduledFault } from '../../infra/plan/plan.ts';
import type { FaultKind } from '../../infra/spec/fault.ts';
import type { Receipt } from '../verdict/receipt.ts';
import type { Moments } from './events/event-starts.ts';
import type { Realised } from './session-receipts.ts';

/**
 * What a kind has held by. `state`: it is in force from when its inject has come to its end until its heal begins, which is so where
 * nothing else is said; also of what is down until the end, as a node that was rebooted or a unit that is to begin again.
 * `course`: its inject is what is asked for, step by step, so it is in force from its beginning. `once`: it happens at one
 * moment, and has happened in full however soon it is healed: its window says for how long it may happen, or what it
 * happened to is left to itself.
 */
type Holding = 'state' | 'course' | 'once';

const otherwise: Readonly<Partial<Record<FaultKind, Holding>>> = {
  'eviction.spot': 'course',
  'process.kill': 'once',
  'process.oom': 'once',
  'process.crash-point': 'once',
};

/** Of what was asked: with less it was another fault, and with this much there is nothing to say. */
const least = 0.5;
const enough = 0.9;

/** How long a fault in a window was in force, and what is wrong with that; `why` is empty where nothing is. */
export interface HeldTime {
  readonly lasted?: NonNullable<Receipt['lasted']>;
  readonly why: string;
}

type When = Pick<Realised, 'injectedAtMs' | 'injectTookMs' | 'healedAtMs' | 'healTookMs'>;

/**
 * Pure: when it is to go. At the moment of the schedule; of one that waited for an event so long after it was in force, and before
 * that from now on. null: after the last suite.
 */
export function endMsOf(
  scheduled: ScheduledFault,
  { endMs, lastsMs }: Moments,
  realised: When | undefined,
  nowMs: number,
): number | null {
  if (lastsMs === null) return endMs;
  const fromMs = realised === undefined ? null : inForceFromMs(scheduled, realised);
  return (fromMs ?? nowMs) + lastsMs;
}

/** null for one of the whole run. */
function inForceFromMs(
  { fault: { kind } }: ScheduledFault,
  { injectedAtMs, injectTookMs }: Pick<When, 'injectedAtMs' | 'injectTookMs'>,
): number | null {
  if (injectedAtMs === null) return null;
  return injectedAtMs + (holdingOf(kind) === 'course' ? 0 : injectTookMs);
}

/** Pure: nothing where no end was asked for, or none was seen. */
export function heldTime(scheduled: ScheduledFault, when: When | undefined): HeldTime {
  const askedMs = askedMsOf(scheduled);
  const fromMs = when === undefined ? null : inForceFromMs(scheduled, when);
  if (askedMs === null || fromMs === null || when === undefined || when.healedAtMs === null)
    return { why: '' };
  const toMs = when.healedAtMs - when.healTookMs;
  const heldMs = Math.max(0, Math.round(toMs - fromMs));
  if (heldMs >= enough * askedMs) return { lasted: { askedMs, heldMs }, why: '' };
  const words = shortWords(scheduled, { askedMs, heldMs, fromMs, toMs });
  return heldMs >= least * askedMs || holdingOf(scheduled.fault.kind) === 'once'
    ? { lasted: { askedMs, heldMs, note: words }, why: '' }
    : { lasted: { askedMs, heldMs }, why: words };
}

function holdingOf(kind: FaultKind): Holding {
  return otherwise[kind] ?? 'state';
}

/** null: until after the last suite. */
function askedMsOf({ startMs, endMs, after }: ScheduledFault): number | null {
  if (after !== undefined) return after.lastsMs;
  return startMs === null || endMs === null ? null : endMs - startMs;
}

function shortWords(
  { startMs, endMs, after }: ScheduledFault,
  { askedMs, heldMs, fromMs, toMs }: Record<'askedMs' | 'heldMs' | 'fromMs' | 'toMs', number>,
): string {
  // Of one that waits for an event no moment was planned.
  const lateMs = after === undefined && startMs !== null ? fromMs - startMs : 0;
  const earlyMs = after === undefined && endMs !== null ? endMs - toMs : askedMs - heldMs;
  const reasons = [
    ...(lateMs > 0
      ? [
          `it was in force ${seconds(lateMs)} later than planned, since the host was busy or what was measured before it took so long`,
        ]
      : []),
    ...(earlyMs > 0
      ? [`it was taken out ${seconds(earlyMs)} before its time, when the suites had ended`]
      : []),
  ];
  return `it was in force for ${seconds(heldMs)} of the ${seconds(askedMs)} that were asked: ${reasons.join(', and ')}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
