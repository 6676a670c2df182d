import type { Receipt } from '../verdict/receipt.ts';
import { thinned } from '../statistics.ts';
import { markup, raw, type Markup } from './markup.ts';
import { quantity, round } from './quantity.ts';
import { expectedSamples, scaleAround, scaleFor, type Expected, type Scale } from './receipt-scale.ts';

const width = 180;
const height = 44;
const third = width / 3;
const dots = 40;
const maxWhiskers = 200;

/**
 * Three thirds: before, during, after. The line is what was asked, the band its tolerance (of jitter, how far single
 * probes may be off); a whisker is the interval that the value lies in. Drawn with strokes that no scaling makes thicker.
 */
export function receiptPlot(receipt: Receipt): Markup {
  const { kind, samples, unit } = receipt;
  // The interval of a jitter is of a spread, and single probes are not spreads.
  const interval = kind === 'network.jitter' ? undefined : receipt.interval;
  const expected = expectedSamples(receipt);
  const scale = scaleFor(unit, [
    ...samples.before,
    ...samples.during,
    ...samples.after,
    ...(interval ?? []),
    expected.high,
  ]);
  return markup`<svg class="plot" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${description(receipt)}">
<path class="rule" d="M${third} 0v${height}M${2 * third} 0v${height}"/>${band(expected, scale, third, third)}
${series('out', samples.before, 0, scale)}${series('in', samples.during, 1, scale)}${series('out', samples.after, 2, scale)}
${interval === undefined ? null : whisker(interval, scale)}</svg>`;
}

/** All targets of one fault in one picture, in the order of the table: which of them are off, and how far. */
export function targetsPlot(receipts: readonly Receipt[]): Markup {
  const [first] = receipts;
  if (first === undefined) return markup``;
  const { requested, tolerance, unit } = first;
  const expected = { value: requested, low: requested - tolerance, high: requested + tolerance };
  const values = receipts.map(({ measured }) => measured.during);
  const intervals = receipts.length <= maxWhiskers ? receipts.flatMap(({ interval }) => interval ?? []) : [];
  const scale = scaleAround(expected, [...values, ...intervals]);
  const step = width / receipts.length;
  const drawn = (which: (receipt: Receipt) => boolean): string =>
    receipts
      .map((receipt, index) =>
        which(receipt) ? dot((index + 0.5) * step, scale(receipt.measured.during)) : '',
      )
      .join('');
  const whiskers = receipts.map(({ interval }, index) =>
    interval === undefined || intervals.length === 0 ? '' : line((index + 0.5) * step, interval, scale),
  );
  const label = `${receipts.length} targets: measured ${quantity(Math.min(...values), unit)} to ${quantity(Math.max(...values), unit)}, asked ${round(requested, unit)} ± ${round(tolerance, unit)}`;
  return markup`<svg class="plot targets${receipts.length > maxWhiskers ? ' many' : null}" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${label}">
${band(expected, scale, 0, width)}<path class="whisker" d="${raw(whiskers.join(''))}"/><path class="dot in" d="${raw(drawn(({ ok }) => ok))}"/><path class="dot off" d="${raw(drawn(({ ok }) => !ok))}"/></svg>
<p class="soft small">Every target by name, from left to right: its value${intervals.length === 0 ? '' : ' and the interval it lies in'}. The band is ${round(requested, unit)} ± ${round(tolerance, unit)}.</p>`;
}

function band({ value, low, high }: Expected, scale: Scale, from: number, wide: number): Markup {
  const top = y(scale(high));
  const tall = Math.max(1.5, y(scale(Math.max(0, low))) - top);
  return markup`<rect class="band" x="${from}" y="${short(top)}" width="${wide}" height="${short(tall)}"/><path class="asked" d="M${from} ${short(y(scale(value)))}h${wide}"/>`;
}

function series(look: 'in' | 'out', values: readonly number[], place: number, scale: Scale): Markup {
  const some = thinned(values, dots).filter((value) => value !== -1);
  const path = some.map((value, index) => dot((place + (index + 0.5) / some.length) * third, scale(value)));
  return markup`<path class="dot ${look}${some.length === 1 ? ' single' : null}" d="${raw(path.join(''))}"/>`;
}

function whisker([low, high]: readonly [number, number], scale: Scale): Markup {
  return markup`<path class="whisker" d="${raw(line(1.5 * third, [low, high], scale))}"/>`;
}

function line(x: number, [low, high]: readonly [number, number], scale: Scale): string {
  return `M${short(x)} ${short(y(scale(high)))}V${short(y(scale(low)))}`;
}

/** A stroke of no length with round ends. */
function dot(x: number, part: number): string {
  return `M${short(x)} ${short(y(part))}h.01`;
}

function y(part: number): number {
  return height - 3 - part * (height - 6);
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function description({ measured, unit, requested, tolerance }: Receipt): string {
  const { before, during, after } = measured;
  return `before ${quantity(before, unit)}, during ${quantity(during, unit)}, after ${quantity(after, unit)}; asked ${round(requested, unit)} ± ${round(tolerance, unit)}`;
}
