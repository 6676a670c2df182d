import type { RunEvent } from '../evidence/event.ts';
import { anchor } from './anchor.ts';
import { fileLink } from './file-link.ts';
import { touches } from './fault-spans.ts';
import type { LogDigest } from './log-digest.ts';
import type { LogLine } from './log-line.ts';
import { markup, type Markup } from './markup.ts';
import { counted, fileSize } from './quantity.ts';
import { gapOf, type RecordedRun } from './recorded-run.ts';

/** Bad lines of all nodes in one list; more of them are in the nodes' own logs. */
const maxTogether = 150;

/** A fold a node, on the run's clock, with what the run did in between the lines. */
export function logsSection(run: RecordedRun): Markup {
  const { logs, events } = run;
  if (run.startedAt === null && gapOf(run, 'events.jsonl') !== null)
    return markup`<p>Logs are shown on the run’s clock, and without events.jsonl nobody knows when it began. They are in ${fileLink('nodes')}.</p>`;
  const written = logs.filter(({ total }) => total > 0);
  const silent = logs.filter(({ total }) => total === 0).map(({ node }) => node);
  return markup`${written.length === 0 ? null : together(written, events)}
${written.map((log) => fold(log, events, gapOf(run, log.file)))}
${silent.length === 0 ? null : markup`<p class="soft">Nothing was logged, or nothing could be saved, of: ${silent.join(', ')}.</p>`}`;
}

/** What went wrong anywhere, in order. */
function together(logs: readonly LogDigest[], events: readonly RunEvent[]): Markup {
  const bad = logs
    .flatMap(({ node, shown }) => shown.map(({ line }) => ({ node, line })))
    .filter(({ line }) => line.severity !== 'other' && line.ms !== null)
    .sort((a, b) => (a.line.ms ?? 0) - (b.line.ms ?? 0));
  if (bad.length === 0) return markup`<p>No node logged a warning or an error.</p>`;
  const shown = bad.slice(0, maxTogether);
  const all = logs.reduce((sum, { counts }) => sum + counts.error + counts.warning, 0);
  const of = shown.length < all ? `, ${shown.length} of them shown` : '';
  const lines = shown.map(({ node, line }) => ({ ms: line.ms, row: logLine(line, node) }));
  return markup`<details><summary><b>All nodes</b>: ${counted(all, 'warning or error', 'warnings and errors')} in order${of}</summary>
<div class="log">${merged(lines, events.filter(isTold))}</div></details>`;
}

function fold(log: LogDigest, events: readonly RunEvent[], gap: string | null): Markup {
  const { node, total, counts, shown, file, unreadBytes } = log;
  const worst = [
    counts.error > 0 ? markup`, <b class="bad">✗ ${counted(counts.error, 'error')}</b>` : null,
    counts.warning > 0 ? markup`, <b class="unsure">! ${counted(counts.warning, 'warning')}</b>` : null,
  ];
  const chosen =
    shown.length < total
      ? `${shown.length} of ${total} lines are shown: errors and warnings first, then those nearest to a fault or a suite’s begin or end.`
      : gap === null
        ? 'Nothing is left out.'
        : `${gap}.`;
  const unread =
    unreadBytes > 0 ? ` ${fileSize(unreadBytes)} in the middle of the log were not even read.` : '';
  const timeless = shown.some(({ line }) => line.ms === null) ? ' This log carries no times.' : '';
  return markup`<details><summary><b><bdi>${node}</bdi></b>: ${counted(total, 'line')}${worst}</summary>
<p class="soft" id="${anchor(`log-${node}`)}">${chosen}${unread}${timeless} The whole log: ${fileLink(file)}</p>
<div class="log">${merged(
    rows(log),
    events.filter((event) => isAct(event, node)),
  )}</div></details>\n`;
}

/** Every line, with a row for those that are missing before it. */
function rows({ shown, total }: LogDigest): readonly Row[] {
  const last = shown.at(-1)?.index ?? -1;
  return [
    ...shown.flatMap(({ index, line }, at) => {
      const missing = index - (shown[at - 1]?.index ?? -1) - 1;
      const row = { ms: line.ms, row: logLine(line) };
      return missing === 0 ? [row] : [{ ms: null, row: gap(missing) }, row];
    }),
    ...(last + 1 < total ? [{ ms: null, row: gap(total - last - 1) }] : []),
  ];
}

interface Row {
  readonly ms: number | null;
  readonly row: Markup;
}

/** Rows and what the run did, by time; a row without a time stays where it is. */
function merged(lines: readonly Row[], acts: readonly RunEvent[]): readonly Markup[] {
  let told = 0;
  const out: Markup[] = [];
  for (const { ms, row } of lines) {
    for (let act = acts[told]; act !== undefined && act.ms <= (ms ?? -1); act = acts[told]) {
      out.push(actLine(act));
      told += 1;
    }
    out.push(row);
  }
  return [...out, ...acts.slice(told).map(actLine)];
}

function logLine({ ms, severity, from, text }: LogLine, node?: string): Markup {
  const sign = { error: '✗', warning: '!', other: '' }[severity];
  const who = [node, from].filter((name) => name !== undefined && name !== '').join(' ');
  return markup`<p class="${severity}"><i>${ms === null ? '' : inSeconds(ms)}</i>${sign === '' ? null : markup`<b>${sign}</b>`}${who === '' ? null : markup`<u>${who}</u>`} ${text}</p>\n`;
}

function gap(lines: number): Markup {
  return markup`<p class="gap">${counted(lines, 'line')} not shown</p>\n`;
}

/** Of all that the run did, what touches this node. */
function isAct(event: RunEvent, node: string): boolean {
  switch (event.type) {
    case 'fault.inject':
    case 'fault.heal':
      return event.targets.some((target) => touches(target, node));
    case 'node':
      return event.node === node;
    default:
      return isTold(event);
  }
}

/** What belongs among the lines of every node. */
function isTold({ type }: RunEvent): boolean {
  return type.startsWith('fault.') || type.startsWith('suite.');
}

function actLine(event: RunEvent): Markup {
  return markup`<p class="act"><i>${inSeconds(event.ms)}</i>${actOf(event)}</p>\n`;
}

function actOf(event: RunEvent): string {
  switch (event.type) {
    case 'fault.inject':
      return `fault ${event.fault} in force`;
    case 'fault.heal':
      return `fault ${event.fault} healed`;
    case 'fault.error':
      return `fault ${event.fault}: ${event.why}`;
    case 'suite.start':
      return `suite ${event.suite} began`;
    case 'suite.end':
      return `suite ${event.suite} ${event.status}`;
    case 'node':
      return `${event.node} ${event.state}`;
    default:
      return event.type;
  }
}

function inSeconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
