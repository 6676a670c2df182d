import { assertNever } from '../../../infra/errors.ts';
import { isDnsFault, type DnsFault } from '../../../infra/spec/fault.ts';
import { ascending, quantile, thinned } from '../../statistics.ts';
import type { NameAnswer } from './dns-readings.ts';
import type { Judged } from '../watch/judge.ts';
import type { TargetMeaning, TargetReadings } from '../watch/target-watch.ts';

/** With the nodes whose addresses it names: `unused` in the cluster's network is nobody's, and all others are `elsewhere`. */
export type NameReading = readonly (NameAnswer & { readonly whose: readonly string[] })[];
type Answer = NameReading[number];
type Readings = TargetReadings<NameReading>;

/** How late the quickest answer may be on a busy host, ms: less than the least delay that can be asked. */
export const noiseMs = 50;

const rcodes = { servfail: 2, nxdomain: 3, none: -1 } as const;
const said: Readonly<Record<number, string>> = {
  [-2]: 'were refused',
  [-1]: 'had no answer',
  0: 'were answered',
  2: 'were answered SERVFAIL',
  3: 'were answered NXDOMAIN',
};

/** Pure: what answers to questions after names say of faults. */
export const dnsMeaning: TargetMeaning<DnsFault, NameReading> = {
  isOf: isDnsFault,
  unread: [],
  judge(fault, readings) {
    const { before, during } = readings;
    const saying = sayingOf(fault, readings);
    const why = before.length === 0 || during.length === 0 ? 'it was not read' : saying.why;
    return { ...saying, n: during.length, ok: why === '', why };
  },
  whyNotHealed(fault, { before, after }) {
    if (before.length === 0 || after.length === 0) return 'it was not read';
    if (!areTheSame(before, after))
      return `the answers were others than before: ${wordsOf(after)}; before, ${wordsOf(before)}`;
    const added = addedMs(before, after);
    return added <= leftMs(fault) ? '' : `the quickest answer came ${Math.round(added)} ms later than before`;
  },
  isAsBefore: (before, now) => areTheSame(before, now) && addedMs(before, now) <= noiseMs,
};

/**
 * Of questions that are asked at once, how long the one took that was answered first: what else keeps a host busy only ever
 * makes an answer later. Infinity: none was answered.
 */
export function quickestMs(reading: NameReading): number {
  return Math.min(...reading.filter(({ rcode }) => rcode >= 0).map(({ ms }) => ms));
}

function addedMs(before: NameReading, now: NameReading): number {
  return quickestMs(now) - quickestMs(before);
}

/** What may be left of a delay; nothing of any other one is late. */
function leftMs(fault: DnsFault): number {
  return fault.kind === 'dns.slow' ? fault.delayMs / 2 : noiseMs;
}

/** Every name by every way with the same answer, and one at all. */
function areTheSame(before: NameReading, now: NameReading): boolean {
  return before.length > 0 && before.every(({ rcode }) => rcode === 0) && kindsOf(before) === kindsOf(now);
}

/** Each name, way and answer that there was, once. */
function kindsOf(reading: NameReading): string {
  const kinds = reading.map(
    ({ name, over, rcode, addresses }) => `${name} ${over} ${rcode} ${addresses.join()}`,
  );
  return [...new Set(kinds)].sort().join('\n');
}

/** A judgement without what is the same for all kinds. */
type Saying = Omit<Judged, 'n' | 'ok'>;

function sayingOf(fault: DnsFault, readings: Readings): Saying {
  switch (fault.kind) {
    case 'dns.slow':
      return slow(fault.delayMs, readings);
    case 'dns.fail':
      return all(readings, ({ rcode }) => rcode === rcodes[fault.answer]);
    case 'dns.wrong':
      return all(readings, ({ rcode, whose }) => rcode === 0 && whose.join() === fault.address);
    default:
      return assertNever(fault);
  }
}

function slow(delayMs: number, { before, during, after }: Readings): Saying {
  const tolerance = Math.max(noiseMs, delayMs / 10);
  const added = addedMs(before, during);
  const times = (reading: NameReading): number[] => reading.map(({ ms }) => ms);
  const isLate = Math.abs(added - delayMs) <= tolerance;
  return {
    ...{ requested: delayMs, unit: 'ms', tolerance },
    measured: { before: measuredMs(before), during: measuredMs(during), after: measuredMs(after) },
    samples: {
      before: thinned(times(before), 200),
      during: thinned(times(during), 200),
      after: thinned(times(after), 200),
    },
    ...(during.length === 0 ? {} : { p95: quantile(ascending(times(during)), 0.95) }),
    why: !isLate
      ? `the quickest answer came ${Number.isFinite(added) ? `${Math.round(added)} ms later than before` : 'not at all'}`
      : areTheSame(before, during)
        ? ''
        : 'the answers were others than before',
  };
}

/** -1: there was no answer. */
function measuredMs(reading: NameReading): number {
  const ms = quickestMs(reading);
  return Number.isFinite(ms) ? Number(ms.toFixed(3)) : -1;
}

/** Every question was answered so, and none before. */
function all({ before, during, after }: Readings, is: (answer: Answer) => boolean): Saying {
  const share = (reading: NameReading): number =>
    reading.length === 0 ? 0 : reading.filter(is).length / reading.length;
  const bit = (reading: NameReading): 0 | 1 => (share(reading) === 1 ? 1 : 0);
  const isWell = before.every(({ rcode, addresses }) => rcode === 0 && addresses.length > 0);
  return {
    ...{ requested: 1, unit: 'bool', tolerance: 0 },
    measured: { before: bit(before), during: bit(during), after: bit(after) },
    samples: { before: [bit(before)], during: [bit(during)], after: [bit(after)] },
    why:
      !isWell || share(before) > 0
        ? `it was not as it should be before: ${wordsOf(before)}`
        : share(during) === 1
          ? ''
          : wordsOf(during),
  };
}

function wordsOf(reading: NameReading): string {
  const words = reading.map(({ rcode, whose }) =>
    rcode === 0 && whose.length > 0
      ? `the address of ${whose.join(' and ')}`
      : (said[rcode] ?? `were answered with code ${rcode}`),
  );
  const counts = [...new Set(words)].map(
    (one) => `${words.filter((other) => other === one).length} ${one.startsWith('the') ? 'got ' : ''}${one}`,
  );
  return `of ${reading.length} questions ${counts.join(', ')}`;
}
