import type { ScheduledFault } from '../../infra/plan/plan.ts';
import type { FaultKind } from '../../infra/spec/fault.ts';
import type { Receipt } from '../verdict/receipt.ts';
import type { Moments } from './events/event-starts.ts';
import type { Realised } from './session-receipts.ts';

/**
 * A fault is in force from when its inject has come to its end until its heal begins. Of these, inject is what is asked for, step by
 * step: they are from its beginning.
 */
const courses: readonly FaultKind[] = ['eviction.spot'];

/** Of what was asked: with so much there is nothing to say. */
const enough = 0.9;

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
  return injectedAtMs + (courses.includes(kind) ? 0 : injectTookMs);
}

/**
 * Pure: how long a fault in a window was in force; nothing where no end was asked for, or none was seen. That it was less than asked is
 * said, and does not make it another fault: it was there, and was measured.
 */
export function heldTime(scheduled: ScheduledFault, when: When | undefined): Receipt['lasted'] {
  const askedMs = askedMsOf(scheduled);
  const fromMs = when === undefined ? null : inForceFromMs(scheduled, when);
  if (askedMs === null || fromMs === null || when === undefined || when.healedAtMs === null) return undefined;
  const toMs = when.healedAtMs - when.healTookMs;
  const heldMs = Math.max(0, Math.round(toMs - fromMs));
  if (heldMs >= enough * askedMs) return { askedMs, heldMs };
  return { askedMs, heldMs, note: shortWords(scheduled, { askedMs, heldMs, fromMs, toMs }) };
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
