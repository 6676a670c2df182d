import type { Receipt } from '../faults/receipt.ts';
import { escape, mark, table } from './html.ts';

/** Receipts by fault: the worst of each in the open, every target behind a fold, with its plot. */
export function receiptsSection(receipts: readonly Receipt[]): string {
  if (receipts.length === 0) return '<p class="soft">No fault was asked for.</p>';
  const faults = [...new Set(receipts.map(({ fault }) => fault))];
  return faults
    .map((fault) =>
      oneFault(
        fault,
        receipts.filter((one) => one.fault === fault),
      ),
    )
    .join('\n');
}

function oneFault(fault: string, receipts: readonly Receipt[]): string {
  const [first] = receipts;
  if (first === undefined) return '';
  const holding = receipts.filter(holds).length;
  const seen = receipts.map(({ measured }) => measured.during);
  const range = `${quantity(Math.min(...seen), first.unit)} to ${quantity(Math.max(...seen), first.unit)}`;
  const rows = receipts.map((one) => [
    `<code>${escape(one.target)}</code>`,
    quantity(one.measured.before, one.unit),
    `<b>${quantity(one.measured.during, one.unit)}</b>`,
    quantity(one.measured.after, one.unit),
    String(one.n),
    plot(one),
    `${mark(holds(one))}${one.why === '' ? '' : `<br>${escape(one.why)}`}`,
  ]);
  return `<details${holding === receipts.length ? '' : ' open'}><summary><b>${escape(fault)}</b> (${escape(first.kind)}): asked ${quantity(first.requested, first.unit)} ± ${quantity(first.tolerance, first.unit)}, measured ${range}; <span class="${holding === receipts.length ? 'ok' : 'bad'}">${holding} of ${receipts.length} hold</span></summary>
${table(['target', 'before', 'during', 'after', 'samples', 'before · during · after', ''], rows)}</details>`;
}

function holds({ ok, bystandersOk, healedOk }: Receipt): boolean {
  return ok && bystandersOk && healedOk;
}

const plotWidth = 180;
const plotHeight = 36;

/** Each sample as a dot, three thirds for before, during and after. */
function plot({ samples, unit }: Receipt): string {
  const all = [...samples.before, ...samples.during, ...samples.after];
  const top = Math.max(...all, 1e-9);
  const dots = (values: readonly number[], third: number, colour: string): string =>
    values
      .map((value, index) => {
        const x = (third + (index + 0.5) / values.length) * (plotWidth / 3);
        const y = plotHeight - 3 - (Math.max(0, value) / top) * (plotHeight - 6);
        return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="1.5" fill="${colour}"/>`;
      })
      .join('');
  return `<svg viewBox="0 0 ${plotWidth} ${plotHeight}" width="${plotWidth}" role="img" aria-label="samples up to ${quantity(top, unit)}">${dots(samples.before, 0, '#7d8fa9')}${dots(samples.during, 1, '#d0764a')}${dots(samples.after, 2, '#4b8f6b')}</svg>`;
}

function quantity(value: number, unit: Receipt['unit']): string {
  switch (unit) {
    case 'ms':
      return `${value.toFixed(1)} ms`;
    case 'ratio':
      return `${(value * 100).toFixed(2)} %`;
    case 'bit/s':
      return `${(value / 1e6).toFixed(2)} Mbit/s`;
    case 'byte':
      return `${value.toLocaleString('en')} B`;
    case 'inode':
      return `${value} inodes`;
    case 'bool':
      return value === 1 ? 'yes' : 'no';
  }
}
