import type { Receipt } from '../verdict/receipt.ts';
import { anchor } from './anchor.ts';
import { fileLink } from './file-link.ts';
import { kernelPart } from './kernel-part.ts';
import { breakable, markup, type Markup } from './markup.ts';
import { counted, duration, quantity, round, seconds } from './quantity.ts';
import { yesOrNo } from './yes-or-no.ts';
import { receiptPlot, targetsPlot } from './receipt-plot.ts';
import { gapOf, type RecordedRun } from './recorded-run.ts';

/** A fault on many links is read in its summary; of its targets these many have a row, the worst of them first. */
const maxTargets = 40;
/** Of all faults together, so that a page stays small whatever a plan asks for. */
const maxRows = 400;
/** Counters of one fault; of all together ten times as many. */
const maxCounters = 120;
/** Fewer targets than this are read faster than drawn. */
const leastPlotted = 5;

/** Receipts by fault: what was asked and measured in the open, every target behind a fold, with its plot. */
export function receiptsSection(run: RecordedRun): Markup {
  const { receipts } = run;
  if (receipts.length === 0) return markup`<p>${whyNone(run)}</p>`;
  const faults = [...Map.groupBy(receipts, ({ fault }) => fault)];
  const share = Math.max(4, Math.min(maxTargets, Math.floor(maxRows / faults.length)));
  return markup`<p class="soft">What was asked of each fault, and what was measured from inside its victims. Before and after show that it was not there, and that it went. A receipt holds when the fault was what was asked, left its bystanders alone and healed.</p>
${faults.map(([fault, of]) => oneFault(fault, of, { targets: share, kernel: kernelOf(run, fault, faults.length) }))}`;
}

export function holds({
  ok,
  bystandersOk,
  healedOk,
}: Pick<Receipt, 'ok' | 'bystandersOk' | 'healedOk'>): boolean {
  return ok && bystandersOk && healedOk;
}

function whyNone(run: RecordedRun): string {
  const { plan, ending, control, events } = run;
  if (gapOf(run, 'receipts.json') !== null)
    return 'Receipts were written, and cannot be read: nothing is proven here.';
  const asked = [...(plan?.plan.conditions ?? []), ...(plan?.plan.schedule ?? [])];
  if (plan === null) return 'Which faults were asked for is not known.';
  if (asked.length === 0) return 'No fault was asked for.';
  if (control !== null && control.verdict !== 'pass')
    return 'No fault was injected: the run without faults did not pass.';
  const injected = events.filter(({ type }) => type === 'fault.inject').length;
  if (ending.kind === 'judged' && ending.verdict.interrupted !== true && injected === 0)
    return 'No fault was injected.';
  return `${counted(asked.length, 'fault was', 'faults were')} asked for, ${injected} injected. Receipts are written after the heal, and the run did not get there: nothing is proven of them.`;
}

function kernelOf({ counters }: RecordedRun, fault: string, faults: number): Markup | null {
  const of = counters.filter((one) => one.fault === fault);
  return kernelPart(of, Math.min(maxCounters, Math.floor((maxCounters * 10) / faults)));
}

function oneFault(
  fault: string,
  receipts: readonly Receipt[],
  { targets: share, kernel }: { readonly targets: number; readonly kernel: Markup | null },
): Markup {
  const [first] = receipts;
  if (first === undefined) return markup``;
  const holding = receipts.filter(holds).length;
  const all = holding === receipts.length;
  const shown = [...receipts].sort(urgency).slice(0, share);
  return markup`<article class="card" id="${anchor(`receipt-${fault}`)}"><h3><span class="${all ? 'good' : 'bad'}">${all ? '✓' : '✗'}</span> <bdi>${fault}</bdi></h3>
<dl class="facts"><div><dt>${kindName(first.kind)}, asked</dt><dd>${askedOf(receipts)}</dd></div>
<div><dt>measured</dt><dd>${range(receipts)}</dd></div>
<div><dt>receipts</dt><dd class="${all ? 'good' : 'bad'}">${holding} of ${receipts.length} hold</dd></div>
<div><dt>in force</dt><dd>${when(first)}</dd></div></dl>
${receipts.length >= leastPlotted && first.unit !== 'bool' ? targetsPlot(receipts) : null}
${wrong(receipts)}
<details${all ? null : open}><summary>${counted(receipts.length, 'target')}, driver ${[...new Set(receipts.map(({ driver }) => driver))].join(', ')}</summary>
${shown.length < receipts.length ? markup`<p class="soft">${shown.length} of ${receipts.length}: those that do not hold first, then those farthest from what was asked. All are in ${fileLink('verdict.json')}.</p>` : null}
<ul class="receipts">${shown.map(targetItem)}</ul></details>
${kernel}</article>`;
}

const open = markup` open`;

function targetItem(receipt: Receipt): Markup {
  const { target, measured, unit, n, p95, interval, confidence, bursts, shape, together, looks, control } =
    receipt;
  const beyond = [
    counted(n, 'sample'),
    ...(looks === undefined ? [] : [`look ${looks}: more came at first than was asked`]),
    ...(p95 === undefined ? [] : [`p95 ${quantity(p95, unit)}`]),
    ...(interval === undefined ? [] : [`${quantity(interval[0], unit)} to ${quantity(interval[1], unit)}`]),
    ...(control === undefined
      ? []
      : [`asked ${asked(receipt)}`, `it held ${quantity(control.heldBytes, 'byte')} in the control`]),
    ...(bursts === undefined
      ? []
      : [`${bursts.measured} in a row, asked ${bursts.requested} (${bursts.interval.join(' to ')})`]),
    ...(together === undefined
      ? []
      : [
          `${together.n} began within ${round(together.measuredMs, 'ms')}, asked ${round(together.requestedMs, 'ms')}`,
        ]),
    ...(shape === undefined
      ? []
      : [
          `like ${shape.nearest}, asked ${shape.requested} (${shape.distance} off, of ${shape.tolerance})`,
          `p05 ${shape.quantilesMs[0]}, p50 ${shape.quantilesMs[1]} ms`,
        ]),
    ...(confidence === undefined ? [] : [`confidence 1 − ${(1 - confidence).toExponential(0)}`]),
  ];
  const values = moments.map(
    (moment) => markup`<span><small>${moment}</small> ${quantity(measured[moment], unit)}</span> `,
  );
  return markup`<li><div>${breakable(target)}</div><div>${receiptPlot(receipt)}<p class="thirds">${values}</p></div><div class="number">${beyond.map((line) => markup`<small>${line}</small> `)}</div><div>${proofs(receipt)}</div></li>\n`;
}

const moments = ['before', 'during', 'after'] as const;

/** The three parts of a receipt by name: which of them broke is what one wants to know. */
function proofs(receipt: Receipt): Markup {
  const { ok, bystandersOk, healedOk, why, whyNotHealed, ...beside } = receipt;
  const healed = wasNever(receipt)
    ? 'nothing to heal'
    : receipt.goneWithNode === true
      ? 'gone with its node, which has ended'
      : 'healed';
  return markup`${proof(ok, ok ? 'as asked' : 'not as asked')}${proof(bystandersOk, bystandersOf(beside, bystandersOk))}${proof(healedOk, healedOk ? healed : healWords(whyNotHealed))}${why === '' ? null : markup`<small>${why}</small>`}`;
}

function bystandersOf(
  {
    bystanders,
    bystandersOf: all,
    bystanderReading: reading,
  }: Pick<Receipt, 'bystanders' | 'bystandersOf' | 'bystanderReading'>,
  clean: boolean,
): Markup {
  if (bystanders === 0) return markup`no bystanders`;
  const read =
    reading === undefined
      ? null
      : markup` <small>${quantity(reading.addedMs, 'ms')} added at most, ${reading.lost} of ${reading.sent} probes lost</small>`;
  const of = all === undefined ? null : markup` of ${all}`;
  return markup`${counted(bystanders, 'bystander')}${of} ${clean ? 'clean' : 'touched'}${read}`;
}

function proof(ok: boolean, words: string | Markup): Markup {
  return markup`<span class="proof"><b class="${ok ? 'good' : 'bad'}">${ok ? '✓' : '✗'}</b> ${words}</span> `;
}

const maxWrong = 5;

function wrong(receipts: readonly Receipt[]): Markup | null {
  const broken = receipts.filter((receipt) => !holds(receipt));
  if (broken.length === 0) return null;
  const more = broken.length > maxWrong ? markup`<li>and ${broken.length - maxWrong} more</li>` : null;
  return markup`<ul>${broken.slice(0, maxWrong).map((receipt) => markup`<li><bdi>${receipt.target}</bdi>: ${wrongWords(receipt)}</li>`)}${more}</ul>`;
}

function wrongWords({ why, bystandersOk, whyTouched, healedOk, whyNotHealed }: Receipt): string {
  const all = [
    ...(why === '' ? [] : [why]),
    ...(bystandersOk ? [] : [['touched its bystanders', whyTouched].filter(Boolean).join(': ')]),
    ...(healedOk ? [] : [healWords(whyNotHealed)]),
  ];
  return all.join('; ');
}

/** Receipts of earlier versions do not say why. */
function healWords(whyNotHealed = ''): string {
  return whyNotHealed === '' ? 'did not heal' : `did not heal: ${whyNotHealed}`;
}

function urgency(a: Receipt, b: Receipt): number {
  return Number(holds(a)) - Number(holds(b)) || off(b) - off(a) || (a.target < b.target ? -1 : 1);
}

function off({ measured, requested }: Receipt): number {
  return Math.abs(measured.during - requested);
}

/** A fault whose injection failed, or whose moment never came, has nothing measured of it. */
function wasNever({ n, injectedAtMs }: Pick<Receipt, 'n' | 'injectedAtMs'>): boolean {
  return n === 0 && injectedAtMs === null;
}

function asked({ kind, requested, tolerance, unit }: Receipt): string {
  return unit === 'bool' ? yesOrNo(kind).asked : `${round(requested, unit)} ± ${round(tolerance, unit)}`;
}

/** Where it is not the same on each target, from the least to the most. */
function askedOf(receipts: readonly Receipt[]): string {
  const inOrder = [...receipts].sort((a, b) => a.requested - b.requested);
  const words = [...new Set([...inOrder.slice(0, 1), ...inOrder.slice(-1)].map(asked))].join(' to ');
  const times = receipts[0]?.control?.times;
  return times === undefined ? words : `${times} times what the control held: ${words}`;
}

function range(receipts: readonly Receipt[]): string {
  const [first] = receipts;
  if (first === undefined) return '';
  if (receipts.every(wasNever)) return 'nothing: it was never in force';
  const seen = receipts.map(({ measured }) => measured.during);
  if (first.unit === 'bool') return inWords(first.kind, seen);
  const low = quantity(Math.min(...seen), first.unit);
  const high = quantity(Math.max(...seen), first.unit);
  return low === high ? low : `${low} to ${high}`;
}

function inWords(kind: string, seen: readonly number[]): string {
  const words = yesOrNo(kind);
  return seen.every((value) => value === 1) ? words.seen : words.not;
}

function when(receipt: Receipt): string {
  if (wasNever(receipt)) return 'never';
  const { injectedAtMs, healedAtMs, injectTookMs, healTookMs, lasted } = receipt;
  const took = `inject ${duration(injectTookMs)}, heal ${duration(healTookMs)}`;
  if (injectedAtMs === null) return `the whole run; ${took}`;
  const until = healedAtMs === null ? 'the end' : seconds(healedAtMs);
  const held =
    lasted === undefined ? '' : `, held ${duration(lasted.heldMs)} of ${duration(lasted.askedMs)} asked`;
  const note = lasted?.note === undefined ? '' : `; ${lasted.note}`;
  return `${seconds(injectedAtMs)} to ${until} after the suites began${held}; ${took}${note}`;
}

/** `network.delay` is `delay`. */
function kindName(kind: string): string {
  return kind.slice(kind.indexOf('.') + 1);
}
