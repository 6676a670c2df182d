import { crc32 } from 'node:zlib';
import { assertNever } from '../../../infra/errors.ts';
import { isDependencyFault, type DependencyFault } from '../../../infra/spec/fault.ts';
import { confidence, median, quantile, ascending, ratioInterval, thinned } from '../../statistics.ts';
import type { Judged } from '../watch/judge.ts';
import type { RouteAnswer, RouteReading } from './route-readings.ts';
import type { TargetMeaning, TargetReadings } from '../watch/target-watch.ts';

/** How much a host that is busy may add to a median of its own, ms: less than the least delay that can be asked. */
const noiseMs = 50;
const ratioTolerance = 0.02;

type Readings = TargetReadings<RouteReading>;

/** Pure: what answers say of faults of dependencies. */
export const dependencyMeaning: TargetMeaning<DependencyFault, RouteReading> = {
  isOf: isDependencyFault,
  unread: [],
  judge(fault, readings) {
    const { before, during } = readings;
    const said = sayingOf(fault, readings);
    // Without answers before, nothing tells what is different.
    const why = before.length === 0 || during.length === 0 ? 'it was not read' : said.why;
    return { ...said, n: during.length, ok: why === '', why };
  },
  whyNotHealed(fault, { baseline, after }) {
    if (baseline.length === 0 || after.length === 0) return 'it was not read';
    if (!areTheSame(baseline, after))
      return `its answers were others than before any fault: ${statuses(after)}, not ${statuses(baseline)}`;
    const added = addedToEach(baseline, after);
    return added <= leftMs(fault)
      ? ''
      : `its quickest answer came ${Math.round(added)} ms later than before any fault`;
  },
  isAsBefore: isAlike,
};

/** The same answers, as fast as they were. */
function isAlike(before: RouteReading, now: RouteReading): boolean {
  return areTheSame(before, now) && addedToEach(before, now) <= noiseMs;
}

function areTheSame(before: RouteReading, now: RouteReading): boolean {
  if (before.length === 0 || now.length === 0) return false;
  return kindsOf(before).join('\n') === kindsOf(now).join('\n');
}

/** What may be left of a delay; software that has waited asks all at once then, and how fast an answer is tells nothing of other faults. */
function leftMs(fault: DependencyFault): number {
  return fault.kind === 'dependency.slow' ? fault.delayMs / 2 : Infinity;
}

/** Each way of answering that there was, once. */
function kindsOf(reading: RouteReading): readonly string[] {
  const kinds = reading.map(({ status, bytes, crc32: sum, how }) => `${status} ${bytes} ${sum} ${how}`);
  return [...new Set(kinds)].sort();
}

function addedMs(before: RouteReading, now: RouteReading): number {
  return median(times(now)) - median(times(before));
}

/** What a fault delays it delays each time; a host that is busy, some of it. */
function addedToEach(before: RouteReading, now: RouteReading): number {
  return Math.min(...times(now)) - Math.min(...times(before));
}

function times(reading: RouteReading): readonly number[] {
  return reading.map(({ ms }) => ms);
}

/** A judgement without what is the same for all kinds. */
type Saying = Omit<Judged, 'n' | 'ok'>;

function sayingOf(fault: DependencyFault, readings: Readings): Saying {
  switch (fault.kind) {
    case 'dependency.slow':
      return slow(fault.delayMs, readings);
    case 'dependency.hang':
      return boolean(readings, isSilent, 'not all of its answers stayed away');
    case 'dependency.error':
      return fault.ratio === 1
        ? {
            ...share(fault, failedWith(fault.status), readings),
            ...allFailed(failedWith(fault.status), readings),
          }
        : share(fault, failedWith(fault.status), readings);
    case 'dependency.reset':
      return fault.ratio === 1
        ? { ...share(fault, wereReset, readings), ...allFailed(wereReset, readings) }
        : share(fault, wereReset, readings);
    case 'dependency.first':
      return boolean(
        readings,
        (reading) => failedFirst(fault, reading, readings.before),
        `of ${readings.during.length} requests in a row the answers were ${statuses(readings.during)}`,
      );
    case 'dependency.truncate':
      return truncated(fault.afterBytes, readings);
    case 'dependency.body':
      return boolean(
        readings,
        (reading) => reading.length > 0 && reading.every((one) => isBody(fault.body, one)),
        'its answers were not the body that was asked, whole',
      );
    default:
      return assertNever(fault);
  }
}

function slow(delayMs: number, { before, during, after }: Readings): Saying {
  const tolerance = Math.max(noiseMs, delayMs / 10);
  const added = addedMs(before, during);
  const came = during.every(({ how }) => how === 'whole' || how === 'cut');
  const late = Math.abs(added - delayMs) > tolerance;
  const quickest = addedToEach(before, during);
  return {
    ...{ requested: delayMs, unit: 'ms', tolerance },
    measured: { before: middle(before), during: middle(during), after: middle(after) },
    samples: {
      before: thinned(times(before), 200),
      during: thinned(times(during), 200),
      after: thinned(times(after), 200),
    },
    ...(during.length === 0 ? {} : { p95: quantile(ascending(times(during)), 0.95) }),
    why: late
      ? `its answers came ${Math.round(added)} ms later than before`
      : !came
        ? 'not all of its answers came'
        : quickest < delayMs - tolerance
          ? `not all of its answers were late: the quickest came ${Math.round(quickest)} ms later than before`
          : '',
  };
}

/** -1: there is none. */
function middle(reading: RouteReading): number {
  return reading.length === 0 ? -1 : median(times(reading));
}

/** What is looked for among answers, and how it is called. */
interface Failing {
  readonly is: (answer: RouteAnswer) => boolean;
  readonly words: string;
}

function failedWith(status: number): Failing {
  return { is: (one) => one.status === status && one.how === 'whole', words: `answers were ${status}` };
}

const wereReset: Failing = { is: ({ how }) => how === 'reset', words: 'connections were reset' };

function share(
  { ratio }: { readonly ratio: number },
  { is, words }: Failing,
  { before, during, after }: Readings,
): Saying {
  const of = (reading: RouteReading): readonly number[] => reading.map((one) => bit(is(one)));
  const part = (reading: RouteReading): number => sum(of(reading)) / Math.max(1, reading.length);
  const interval = ratioInterval(sum(of(during)), during.length);
  const [low, high] = interval;
  const isWide = (high - low) / 2 > Math.max(0.01, ratio / 2);
  const isOff = low > ratio + ratioTolerance || high < ratio - ratioTolerance;
  const others = during.filter((one) => !is(one));
  const isElse = others.length > 0 && kindsOf(others).join('\n') !== kindsOf(before).join('\n');
  const failed = `${sum(of(during))} of ${during.length} ${words}`;
  return {
    ...{ requested: ratio, unit: 'ratio', tolerance: ratioTolerance, confidence, interval: [...interval] },
    measured: { before: part(before), during: part(during), after: part(after) },
    samples: {
      before: thinned(of(before), 200),
      during: thinned(of(during), 200),
      after: thinned(of(after), 200),
    },
    why:
      part(before) > 0
        ? `its ${words} before, too`
        : isOff || low === 0
          ? failed
          : isWide
            ? `${failed}: too few to tell`
            : isElse
              ? `${failed}, and the others were not as before`
              : '',
  };
}

/** Every one of them, and none before. */
function allFailed({ is, words }: Failing, { before, during }: Readings): Pick<Saying, 'why'> {
  const failed = during.filter(is).length;
  if (before.some(is)) return { why: `its ${words} before, too` };
  return { why: failed === during.length ? '' : `${failed} of ${during.length} ${words}` };
}

function truncated(afterBytes: number, { before, during, after }: Readings): Saying {
  const longest = (reading: RouteReading): number =>
    reading.length === 0 ? -1 : Math.max(...reading.map(({ bytes }) => bytes));
  const all = (reading: RouteReading): readonly number[] =>
    thinned(
      reading.map(({ bytes }) => bytes),
      200,
    );
  const wasWhole = before.every(({ how, bytes }) => how === 'whole' && bytes > afterBytes);
  const isCut = during.every(({ how, bytes }) => how === 'cut' && bytes === afterBytes);
  return {
    ...{ requested: afterBytes, unit: 'byte', tolerance: 0 },
    measured: { before: longest(before), during: longest(during), after: longest(after) },
    samples: { before: [...all(before)], during: [...all(during)], after: [...all(after)] },
    why: !wasWhole
      ? 'its answers were not whole, or no longer than that, before'
      : isCut
        ? ''
        : `its answers had ${[...new Set(during.map(({ bytes, how }) => `${bytes} bytes (${how})`))].join(', ')}`,
  };
}

function boolean(
  { before, during, after }: Readings,
  is: (reading: RouteReading) => boolean,
  whyNot: string,
): Saying {
  const [was, now, left] = [bit(is(before)), bit(is(during)), bit(is(after))] as const;
  const isWell = before.every(({ how }) => how === 'whole');
  return {
    ...{ requested: 1, unit: 'bool', tolerance: 0 },
    measured: { before: was, during: now, after: left },
    samples: { before: [was], during: [now], after: [left] },
    why: was === 1 || !isWell ? 'it was not as it should be before' : now === 1 ? '' : whyNot,
  };
}

/** Connected, and nothing came. */
function isSilent(reading: RouteReading): boolean {
  return reading.length > 0 && reading.every(({ how, status }) => how === 'silent' && status === 0);
}

/** The first so many of a client that had not asked before, and none of those after them: by a status, or over TCP by a reset. */
function failedFirst(
  { status, count }: Extract<DependencyFault, { kind: 'dependency.first' }>,
  reading: RouteReading,
  before: RouteReading,
): boolean {
  const [first, rest] = [reading.slice(0, count), reading.slice(count)];
  const isRestAsBefore = rest.length > 0 && kindsOf(rest).join('\n') === kindsOf(before).join('\n');
  const isHttp = before.some((one) => one.status !== 0);
  const { is } = isHttp ? failedWith(status) : wereReset;
  return first.length === count && first.every(is) && isRestAsBefore;
}

function statuses(reading: RouteReading): string {
  return reading.map(({ status, how }) => (status === 0 ? how : status)).join(' ');
}

/** Over TCP it stands for each answer that there would have been, and how many of those one question has is the server's affair. */
function isBody(text: string, { status, crc32: sum, bytes, how }: RouteAnswer): boolean {
  const body = Buffer.from(text, 'utf8');
  const times = status === 0 && body.length > 0 ? Math.max(1, Math.floor(bytes / body.length)) : 1;
  const all = Buffer.concat(Array.from({ length: times }, () => body));
  return how === 'whole' && bytes === all.length && sum === crc32(all).toString(16).padStart(8, '0');
}

function bit(is: boolean): 0 | 1 {
  return is ? 1 : 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0);
}
