import type { ProcessField, ProcessRecord } from '../evidence/process-record.ts';
import { fileLink } from './file-link.ts';
import { cut, markup, type Markup } from './markup.ts';
import { counted, seconds } from './quantity.ts';
import type { RecordedRun } from './recorded-run.ts';

/** Of more processes than this the page says how many there are. */
const maxRecords = 60;
const maxValue = 400;
const maxVariables = 60;

/** Starts of units, entrypoints and suites: how each ended, and what it was started as; null where nobody recorded any. */
export function processesSection({ processes, startedAt }: RecordedRun): Markup | null {
  if (processes === null) return null;
  const began = startedAt === null ? null : Date.parse(startedAt);
  const records = [...processes].sort((a, b) => urgency(a) - urgency(b));
  const shown = records.slice(0, maxRecords);
  const bad = records.filter((record) => urgency(record) === 0).length;
  return markup`<p>${counted(records.length, 'start')} of units, entrypoints and suites${bad === 0 ? null : markup`, <b class="bad">✗ ${bad} of them ended badly</b>`}. Each field with its source is in ${fileLink('processes.jsonl')}.</p>
${shown.map((record) => fold(record, began))}
${records.length > shown.length ? markup`<p class="soft">${records.length - shown.length} more are in ${fileLink('processes.jsonl')}.</p>` : null}`;
}

/** Those that ended badly first, then those that told of an exception, then the others. */
function urgency({ code, signal, exception }: ProcessRecord): number {
  if (signal !== null || (code !== null && code !== 0)) return 0;
  return exception === null ? 2 : 1;
}

function fold(record: ProcessRecord, began: number | null): Markup {
  const { kind, name, node, exception } = record;
  return markup`<details><summary><b><bdi>${name}</bdi></b> <span class="soft">${kind}${node === null ? ' on the host' : ` on ${node}`}</span> ${ending(record, began)}${exception === null ? null : markup`, <span class="unsure">! ${exception.type}: ${cut(exception.message, 120)}</span>`}</summary>
<dl class="record">${shownFields.map((field) => row(field, record))}${environment(record)}${configuration(record)}</dl>
${exception === null ? null : markup`<pre>${cut(exception.text, 4000)}</pre>`}</details>\n`;
}

/** When it ran, on the run's clock, and how it ended; what is not known says why. */
function ending({ start, exit, code, signal, absent }: ProcessRecord, began: number | null): Markup {
  const at = (time: string | null): string =>
    time === null ? '?' : began === null ? time : seconds(Date.parse(time) - began);
  if (signal !== null) return markup`<b class="bad">✗ ${signal}</b> ${at(start)} to ${at(exit)}`;
  if (code !== null)
    return markup`<b class="${code === 0 ? 'good' : 'bad'}">${code === 0 ? '✓' : '✗'} exit code ${code}</b> ${at(start)} to ${at(exit)}`;
  return markup`from ${at(start)}; ${absent.exit ?? 'its end is not known'}`;
}

const shownFields = ['argv', 'cwd', 'user', 'uid', 'pid', 'hostName', 'addresses', 'versions'] as const;

function row(field: (typeof shownFields)[number], record: ProcessRecord): Markup {
  return term(field, record, textOf(record[field]));
}

function term(field: ProcessField, record: ProcessRecord, value: string | Markup): Markup {
  const why = record.absent[field];
  return markup`<dt>${field}</dt><dd>${why === undefined ? value : markup`<span class="soft">not known: ${why}</span>`}</dd>\n`;
}

function textOf(value: string | number | readonly string[] | null): string {
  if (value === null) return '';
  return cut(typeof value === 'object' ? value.join(' ') : String(value), maxValue);
}

function environment(record: ProcessRecord): Markup {
  const all = Object.entries(record.environment ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const left = all.length - maxVariables;
  const lines = all.slice(0, maxVariables).map(([name, value]) => `${name}=${cut(value, maxValue)}`);
  const text = [...lines, ...(left > 0 ? [`and ${left} more`] : [])].join('\n');
  return term('environment', record, markup`<pre>${text}</pre>`);
}

function configuration(record: ProcessRecord): Markup {
  const files = (record.configuration ?? []).map(
    ({ path, sha256, why }) => `${sha256?.slice(0, 12) ?? `(${why})`} ${path}`,
  );
  const unique = [...new Set(files)].slice(0, maxVariables);
  return term('configuration', record, markup`<pre>${unique.join('\n')}</pre>`);
}
