import { assertNever } from '../../../infra/errors.ts';
import { isDiskCallFault, type DiskCallFault } from '../../../infra/spec/fault.ts';
import { median } from '../../statistics.ts';
import { callPlan } from './disk-call-plan.ts';
import type { Calls, CallsOfOneSort, Flow, Lost } from './disk-calls.ts';
import { blockBytes, isDiskAsBefore, type DiskReading } from './disk-readings.ts';
import type { Judged } from '../watch/judge.ts';
import type { TargetMeaning, TargetReadings } from '../watch/target-watch.ts';

/** A disk, by what calls on it came to; where nobody may go in to call, by what it has left and takes. */
export interface DiskCallReading {
  readonly calls: Calls | null;
  readonly flow: Flow | null;
  readonly lost: Lost | null;
  readonly disk: DiskReading | null;
}

export const sorts = ['write', 'fsync', 'read'] as const;
type Sort = (typeof sorts)[number];

/** What lies between two readings of a disk that nothing was done to, where the processors are all in use. */
const noiseMs = 20;
const noCalls = 'no calls could be made on the disk';

/** Pure: asked against measured. */
function judged(fault: DiskCallFault, readings: TargetReadings<DiskCallReading>): Judged {
  const end = (
    of: (reading: DiskCallReading) => number,
    { requested, unit, n, tolerance }: Pick<Judged, 'requested' | 'unit' | 'n' | 'tolerance'>,
    why: string | null,
  ): Judged => {
    const measured = { before: of(readings.before), during: of(readings.during), after: of(readings.after) };
    const samples = { before: [measured.before], during: [measured.during], after: [measured.after] };
    return { requested, measured, unit, n, tolerance, ok: why === null, why: why ?? '', samples };
  };
  const [before, during] = [readings.before.calls, readings.during.calls];
  switch (fault.kind) {
    case 'disk.slow': {
      const tolerance = slowTolerance(fault.delayMs);
      const of = ({ calls }: DiskCallReading): number => medianOf(calls, fault.calls);
      const n = fault.calls.length * callPlan(fault).count;
      const why = both(before, during, (a, b) => whyNotSlow(fault, a, b));
      return end(of, { requested: fault.delayMs, unit: 'ms', n, tolerance }, why);
    }
    case 'disk.rate': {
      const requested = 8 * fault.bytesPerSecond;
      const tolerance = requested / 10;
      const of = ({ flow }: DiskCallReading): number => Math.round(mean(ratesOf(fault, flow)));
      const why = whyNotAtRate(ratesOf(fault, readings.before.flow), ratesOf(fault, readings.during.flow), {
        requested,
        tolerance,
      });
      return end(of, { requested, unit: 'bit/s', n: 4 * callPlan(fault).count, tolerance }, why);
    }
    case 'disk.hang': {
      const of = ({ calls }: DiskCallReading): number => (anyOf(calls, fault.calls, hangs) ? 1 : 0);
      const why = both(before, during, (a, b) => whyNotAll(fault.calls, a, b, hangs, 'hung'));
      return end(of, { requested: 1, unit: 'bool', n: fault.calls.length, tolerance: 0 }, why);
    }
    case 'disk.error': {
      const { count } = callPlan(fault);
      const asked = count / fault.every;
      const n = fault.calls.length * count;
      const of = ({ calls }: DiskCallReading): number =>
        calls === null ? -1 : fault.calls.reduce((sum, sort) => sum + calls[sort].errors, 0) / n;
      const fails = ({ errors, error }: CallsOfOneSort): boolean =>
        errors === asked && error === 'Input/output error';
      const why = both(before, during, (a, b) =>
        whyNotAll(fault.calls, a, b, fails, `failed ${asked} times`),
      );
      return end(of, { requested: 1 / fault.every, unit: 'ratio', n, tolerance: 0 }, why);
    }
    case 'disk.corrupt': {
      const { bytes, count } = callPlan(fault);
      const spoilt = ({ bits, zeroed }: CallsOfOneSort): boolean =>
        fault.how === 'flip' ? bits === 1 : zeroed === bytes / 2;
      const of = ({ calls }: DiskCallReading): number => (anyOf(calls, ['read'], isOtherThanWritten) ? 1 : 0);
      const why = both(before, during, (a, b) => whyNotAll(['read'], a, b, spoilt, 'other than written'));
      return end(of, { requested: 1, unit: 'bool', n: count, tolerance: 0 }, why);
    }
    case 'disk.lost-sync': {
      const of = ({ lost }: DiskCallReading): number => (lost?.unsynchronised === 0 ? 1 : 0);
      const why = whyNotLost(fault, readings.before.lost, readings.during.lost);
      return end(of, { requested: 1, unit: 'bool', n: 2, tolerance: 0 }, why);
    }
    default:
      return assertNever(fault);
  }
}

function whyNotLost(
  { lies }: Extract<DiskCallFault, { kind: 'disk.lost-sync' }>,
  before: Lost | null,
  during: Lost | null,
): string | null {
  if (before === null || during === null) return noCalls;
  const is = `${during.unsynchronised}${during.synchronised}`;
  if (isKept(before) && during.error === '' && is === (lies ? '00' : '01')) return null;
  return `before, ${lostWords(before)}; during the fault, ${lostWords(during)}`;
}

function lostWords({ error, unsynchronised, synchronised }: Lost): string {
  return error === ''
    ? `what was written was ${unsynchronised === 1 ? '' : 'not '}on the disk, and what was synchronised ${synchronised === 1 ? 'was' : 'was not'}`
    : `files could not be written: ${error}`;
}

function isKept({ error, unsynchronised, synchronised }: Lost): boolean {
  return error === '' && unsynchronised === 1 && synchronised === 1;
}

function both(
  before: Calls | null,
  during: Calls | null,
  why: (before: Calls, during: Calls) => string | null,
): string | null {
  return before === null || during === null ? noCalls : why(before, during);
}

const hangs = ({ unanswered }: CallsOfOneSort): boolean => unanswered === 1;
const isOtherThanWritten = ({ bits }: CallsOfOneSort): boolean => bits > 0;

function anyOf(calls: Calls | null, asked: readonly Sort[], is: (of: CallsOfOneSort) => boolean): boolean {
  return calls !== null && asked.some((sort) => is(calls[sort]));
}

/** Calls of these sorts alone, and none of them before. */
function whyNotAll(
  asked: readonly Sort[],
  before: Calls,
  during: Calls,
  are: (of: CallsOfOneSort) => boolean,
  as: string,
): string | null {
  const wrong = sorts.find((sort) => {
    const isAsked = asked.includes(sort);
    return are(before[sort]) || are(during[sort]) !== isAsked || (!isAsked && !isClean(during[sort]));
  });
  return wrong === undefined
    ? null
    : `${asked.join(', ')} were to be ${as}; before, ${wrong} ${said(before[wrong])}, and during the fault it ${said(during[wrong])}`;
}

function whyNotSlow(
  { delayMs, calls }: Extract<DiskCallFault, { kind: 'disk.slow' }>,
  before: Calls,
  during: Calls,
): string | null {
  const wrong = sorts.find((sort) => {
    const more = median(during[sort].ms) - median(before[sort].ms);
    const asked = calls.includes(sort) ? delayMs : 0;
    // Timers of a kernel are late and never early.
    const isLess = calls.includes(sort) && Math.min(...during[sort].ms) < delayMs;
    return !isClean(during[sort]) || isLess || !(Math.abs(more - asked) <= slowTolerance(delayMs));
  });
  return wrong === undefined
    ? null
    : `${calls.join(', ')} were to take ${delayMs} ms longer; before, ${wrong} ${said(before[wrong])}, and during the fault it ${said(during[wrong])}`;
}

function slowTolerance(delayMs: number): number {
  return Math.max(5, delayMs / 10);
}

function whyNotAtRate(
  before: readonly number[],
  during: readonly number[],
  { requested, tolerance }: Pick<Judged, 'requested' | 'tolerance'>,
): string | null {
  const isAt = (rate: number): boolean => Math.abs(rate - requested) <= tolerance;
  if (
    during.length === 2 &&
    during.every(isAt) &&
    before.length === 2 &&
    before.every((one) => one > 2 * requested)
  )
    return null;
  const bits = (rates: readonly number[]): string =>
    rates.length === 2 ? `${Math.round(mean(rates))} bit/s` : 'nothing';
  return `it was to go by at ${requested} bit/s: ${bits(before)} went before, ${bits(during)} during the fault`;
}

/** Bits a second that were written, and that were read: what more of them takes more of time. Empty: it did not end, or failed. */
function ratesOf(fault: Extract<DiskCallFault, { kind: 'disk.rate' }>, flow: Flow | null): readonly number[] {
  if (flow === null || flow.errors > 0) return [];
  const [smallWrites, writes, smallReads, reads] = flow.ms;
  if (smallWrites === undefined || writes === undefined || smallReads === undefined || reads === undefined)
    return [];
  const { bytes, count } = callPlan(fault);
  const bits = 8 * count * (bytes - blockBytes);
  // Where nothing holds it up, the difference is lost in the noise.
  const rate = (ms: number): number => bits / (Math.max(ms, 0.01) / 1_000);
  return [rate(writes - smallWrites), rate(reads - smallReads)];
}

function whyNotHealed(fault: DiskCallFault, { before, after }: TargetReadings<DiskCallReading>): string {
  if (fault.kind === 'disk.rate') {
    const [was, is] = [ratesOf(fault, before.flow), ratesOf(fault, after.flow)];
    const least = 16 * fault.bytesPerSecond;
    if (is.length < 2) return noCalls;
    return is.every((rate, index) => rate > Math.min(least, was[index] ?? least))
      ? ''
      : `it still wrote and read at ${is.map((rate) => Math.round(rate)).join(' and ')} bit/s`;
  }
  if (fault.kind === 'disk.lost-sync') {
    if (after.lost === null) return noCalls;
    return isKept(after.lost) ? '' : lostWords(after.lost);
  }
  if (after.calls === null || before.calls === null) return noCalls;
  const was = before.calls;
  const now = after.calls;
  const most = fault.kind === 'disk.slow' ? Math.min(noiseMs, fault.delayMs / 2) : Infinity;
  if (now.stuck > 0) return `${now.stuck} calls have not returned`;
  const wrong = sorts.find(
    (sort) =>
      (!isClean(now[sort]) && isClean(was[sort])) || median(now[sort].ms) - median(was[sort].ms) > most,
  );
  return wrong === undefined ? '' : `${wrong} ${said(now[wrong])}, and before it ${said(was[wrong])}`;
}

/** Of a bystander. */
function isAsBefore(before: DiskCallReading, now: DiskCallReading): boolean {
  if (before.disk !== null && now.disk !== null) return isDiskAsBefore(before.disk, now.disk);
  const [was, is] = [before.calls, now.calls];
  if (was === null || is === null) return false;
  return sorts.every(
    (sort) =>
      (isClean(is[sort]) || !isClean(was[sort])) && median(is[sort].ms) - median(was[sort].ms) <= noiseMs,
  );
}

function isClean({ errors, unanswered, bits }: CallsOfOneSort): boolean {
  return errors === 0 && unanswered === 0 && bits === 0;
}

function said(of: CallsOfOneSort): string {
  if (of.unanswered > 0) return 'did not return';
  const took = `took ${median(of.ms).toFixed(1)} ms`;
  const failed = of.errors > 0 ? `, ${of.errors} of ${of.ms.length} said "${of.error}"` : '';
  const spoilt = of.bits > 0 ? `, ${of.bits} bits were others` : '';
  return `${took}${failed}${spoilt}`;
}

/** Of all calls of these sorts. -1: none returned. */
function medianOf(calls: Calls | null, asked: readonly Sort[]): number {
  const all = calls === null ? [] : asked.flatMap((sort) => calls[sort].ms);
  return all.length === 0 ? -1 : Math.round(median(all) * 100) / 100;
}

/** -1: there are none. */
function mean(values: readonly number[]): number {
  return values.length === 0 ? -1 : values.reduce((sum, one) => sum + one, 0) / values.length;
}

/** Pure: what readings of calls on disks mean. */
export const diskCallMeaning: TargetMeaning<DiskCallFault, DiskCallReading> = {
  isOf: isDiskCallFault,
  unread: { calls: null, flow: null, lost: null, disk: null },
  judge: judged,
  whyNotHealed,
  isAsBefore,
};
