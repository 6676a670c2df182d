import type { Receipt } from '../../verdict/receipt.ts';
import { thinned } from '../../statistics.ts';
import type { LinkSample } from '../links/link-probes.ts';
import type { PortsByTraffic } from './port-meter.ts';

/** What one link was at one moment, by both ways of measuring. */
export interface LinkReading {
  readonly probes: LinkSample;
  readonly flood: LinkSample;
  /** Of links where a fault is on some of the traffic alone. */
  readonly ports?: PortsByTraffic;
  /** How often its delays were read, where that was more than once. */
  readonly looks?: number;
}

/** Keys are `a->b`. */
export type LinkReadingsByLink = ReadonlyMap<string, LinkReading>;

export interface LinkReadings {
  /** What there was beside the fault when `after` was read: nothing at the end, all that `before` had right after its heal. */
  readonly baseline: LinkReading;
  readonly before: LinkReading;
  readonly during: LinkReading;
  readonly after: LinkReading;
}

const plotted = 120;

export function verdict(ok: boolean, seen: string): Pick<Receipt, 'ok' | 'why'> {
  return { ok, why: ok ? '' : seen };
}

export type Three<T> = { before: T; during: T; after: T };

export function mapReadings<T>(readings: LinkReadings, of: (reading: LinkReading) => T): Three<T> {
  return { before: of(readings.before), during: of(readings.during), after: of(readings.after) };
}

export function mapValues<T, U>({ before, during, after }: Three<T>, of: (value: T) => U): Three<U> {
  return { before: of(before), during: of(during), after: of(after) };
}

export function samplesOf(
  readings: LinkReadings,
  of: (reading: LinkReading) => readonly number[],
): Receipt['samples'] {
  return mapReadings(readings, (reading) => thinned(of(reading), plotted).map((value) => round(value)));
}

/** NaN, a measurement that is not there, becomes -1: JSON has no NaN, and -1 is no delay, ratio or rate. */
export function round(value: number, digits = 3): number {
  return Number.isFinite(value) ? Number(value.toFixed(digits)) : -1;
}
