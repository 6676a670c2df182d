import { assertNever } from '../../../infra/errors.ts';
import type { ClockFault } from '../../../infra/spec/fault.ts';
import { isClockFault } from '../../../infra/spec/fault.ts';
import type { KernelClock, ProcessClock } from './clock-readings.ts';
import type { Judged } from '../watch/judge.ts';
import type { TargetMeaning, TargetReadings } from '../watch/target-watch.ts';

/** Of one node. */
export interface ClockReading {
  /** null: it could not be asked. */
  readonly kernel: KernelClock | null;
  /** Of its units, each asked; empty where nobody is to be asked. */
  readonly processes: readonly ProcessClock[];
  /** The same a while later, for how fast their clocks go. */
  readonly later: readonly ProcessClock[];
}

/** Asking a node from outside takes so long on a busy host. */
const offsetToleranceMs = 500;
/** What two answers of one clock, ms: they are right to within hundredths, beside their own errors. */
const sameMs = 0.1;

type Readings = TargetReadings<ClockReading>;

/** Pure: what readings of clocks mean. */
export const clockMeaning: TargetMeaning<ClockFault, ClockReading> = {
  isOf: isClockFault,
  unread: { kernel: null, processes: [], later: [] },
  judge(fault, readings) {
    const { before, during, after } = readings;
    const requested = requestedOf(fault, during);
    const tolerance = toleranceOf(fault);
    const { unit, of } = scaleOf(fault);
    const [was, is, left] = [of(before), of(during), of(after)] as const;
    const worst = worstOf(is, requested);
    const why = whyNot(fault, readings, requested, tolerance);
    return {
      ...{ requested, unit, n: is.length, tolerance, ok: why === '', why },
      measured: { before: worstOf(was, 0).value, during: worst.value, after: worstOf(left, 0).value },
      interval: [worst.value - worst.error, worst.value + worst.error],
      samples: { before: valuesOf(was), during: valuesOf(is), after: valuesOf(left) },
    } satisfies Judged;
  },
  whyNotHealed(fault, { before, during, after }) {
    if (after.kernel === null) return 'its node could not be asked for its time';
    if (after.processes.length === 0) return 'its units have no process';
    const all = [...after.processes, ...after.later];
    const silent = all.find(({ why }) => why !== '');
    if (silent !== undefined) return `not reached: ${silent.name} (${silent.why})`;
    if (fault.kind === 'clock.zone') {
      if (zonesOf(after).join() !== zonesOf(before).join()) return 'its local time is not that of before';
      const old = stillThere(during, after);
      return old.length === 0 ? '' : `still as it was during the fault: ${namesOf(old)}`;
    }
    const off = all.filter((one) => !isTheKernels(one));
    if (off.length > 0) return `still off: ${namesOf(off)}`;
    const drifting =
      fault.kind === 'clock.rate'
        ? drifts(after).filter(({ value }) => !(Math.abs(value) <= toleranceOf(fault)))
        : [];
    return drifting.length === 0 ? '' : `still drifting: ${namesOf(drifting.map(({ by }) => by))}`;
  },
  isAsBefore(before, now) {
    if (before.kernel === null || now.kernel === null) return false;
    const moved = Math.abs(now.kernel.offsetMs - before.kernel.offsetMs);
    const errors = now.kernel.errorMs + before.kernel.errorMs;
    // Who stands still for another fault, or has just begun, has no clock that could be off.
    const answers = now.processes.filter(({ why }) => why === '');
    return moved <= errors + offsetToleranceMs && answers.every(isTheKernels);
  },
};

/** What one process reads, with what that may be off by. */
interface Read {
  readonly by: ProcessClock;
  readonly value: number;
  readonly error: number;
}

interface Scale {
  readonly unit: Judged['unit'];
  readonly of: (reading: ClockReading) => readonly Read[];
}

function scaleOf({ kind }: ClockFault): Scale {
  switch (kind) {
    case 'clock.offset':
      return { unit: 'ms', of: offsets };
    case 'clock.rate':
      return { unit: 'ratio', of: drifts };
    case 'clock.zone':
      return { unit: 'ms', of: zones };
    default:
      return assertNever(kind);
  }
}

function requestedOf(fault: ClockFault, { kernel }: ClockReading): number {
  switch (fault.kind) {
    case 'clock.offset':
      return fault.offsetMs;
    case 'clock.rate':
      return fault.driftPpm / 1e6;
    case 'clock.zone':
      return kernel === null ? 0 : zoneOffsetMs(fault.zone, kernel.atMs);
    default:
      return assertNever(fault);
  }
}

function toleranceOf(fault: ClockFault): number {
  switch (fault.kind) {
    case 'clock.offset':
      return offsetToleranceMs;
    case 'clock.rate':
      return Math.max(25e-6, (Math.abs(fault.driftPpm) / 1e6) * 0.05);
    case 'clock.zone':
      return 0;
    default:
      return assertNever(fault);
  }
}

function whyNot(
  fault: ClockFault,
  { before, during }: Readings,
  requested: number,
  tolerance: number,
): string {
  if (before.kernel === null || during.kernel === null) return 'its node could not be asked for its time';
  if (during.processes.length === 0) return 'its units have no process';
  const silent = during.processes.filter(({ why }) => why !== '');
  if (silent.length > 0)
    return `not reached: ${silent.map(({ name, why }) => `${name} (${why})`).join(', ')}`;
  const { of } = scaleOf(fault);
  const asAsked = of(during).filter(({ value, error }) => Math.abs(value - requested) + error <= tolerance);
  const off = during.processes.filter((one) => asAsked.every(({ by }) => by !== one));
  if (off.length > 0) return `not as asked to: ${off.map(({ name }) => name).join(', ')}`;
  if (fault.kind !== 'clock.zone') {
    const ahead = of(before).find(({ value, error }) => Math.abs(value) + error > tolerance);
    return ahead === undefined ? '' : 'its clocks were off before';
  }
  if (answered(before.processes).some(({ zoneMs }) => zoneMs === requested))
    return 'that was its local time before';
  const old = stillThere(before, during);
  return old.length === 0 ? '' : `still as it began: ${old.map(({ name }) => name).join(', ')}`;
}

/** Against the controller's clock, through the kernel's. */
function offsets({ kernel, processes }: ClockReading): readonly Read[] {
  if (kernel === null) return [];
  return answered(processes).map((by) => ({
    by,
    value: kernel.offsetMs + by.offsetMs,
    error: kernel.errorMs + by.errorMs,
  }));
}

/** How much more a clock went on than the kernel's, from one answer to the next. */
function drifts({ processes, later }: ClockReading): readonly Read[] {
  return answered(processes).flatMap((by) => {
    const then = answered(later).find(({ id }) => id === by.id);
    if (then === undefined) return [];
    const lasted = then.atMs - by.atMs;
    return [
      { by, value: (then.offsetMs - by.offsetMs) / lasted, error: (then.errorMs + by.errorMs) / lasted },
    ];
  });
}

function zones({ processes }: ClockReading): readonly Read[] {
  return answered(processes).map((by) => ({ by, value: by.zoneMs, error: 0 }));
}

/** Processes of the first reading that are in the second. */
function stillThere(first: ClockReading, second: ClockReading): readonly ProcessClock[] {
  return second.processes.filter(({ id }) => first.processes.some((one) => one.id === id));
}

function answered(processes: readonly ProcessClock[]): readonly ProcessClock[] {
  return processes.filter(({ why }) => why === '');
}

function namesOf(processes: readonly ProcessClock[]): string {
  return [...new Set(processes.map(({ name }) => name))].join(', ');
}

function isTheKernels({ offsetMs, errorMs }: ProcessClock): boolean {
  return Math.abs(offsetMs) <= errorMs + sameMs;
}

function zonesOf(reading: ClockReading): readonly number[] {
  return [...new Set(zones(reading).map(({ value }) => value))].sort((a, b) => a - b);
}

function worstOf(reads: readonly Read[], expected: number): Pick<Read, 'value' | 'error'> {
  const off = ({ value }: Read): number => Math.abs(value - expected);
  const [first, ...others] = reads;
  if (first === undefined) return { value: -1, error: 0 };
  return others.reduce((worst, one) => (off(one) > off(worst) ? one : worst), first);
}

function valuesOf(reads: readonly Read[]): number[] {
  return reads.slice(0, 200).map(({ value }) => value);
}

/** What local time is there, east of UTC, by Node's own tables. */
export function zoneOffsetMs(zone: string, atMs: number): number {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0', seconds = '0'] =
    /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name) ?? [];
  const east = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -east : east;
}
