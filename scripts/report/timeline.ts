import type { Lane, Mark, Span, TestPart, TestsSpan } from './lane.ts';
import { lanes } from './lanes.ts';
import { anchor } from './anchor.ts';
import { markup, raw, type Markup } from './markup.ts';
import { gapOf, type RecordedRun } from './recorded-run.ts';
import { storyTable } from './story.ts';
import { ticks, timeWindows, type TimeWindow } from './time-window.ts';

/**
 * Phases, faults, suites and nodes over one clock, without a script: every bar carries its seconds as custom properties,
 * and the radio button that is chosen says which seconds fill the width.
 */
export function timeline(run: RecordedRun): Markup {
  if (run.events.every(({ type }) => type !== 'phase.start')) {
    const gap = gapOf(run, 'events.jsonl');
    return markup`<p>${gap === null ? 'Nothing happened in this run: no phase of it began.' : `What happened is not known: ${gap}.`}</p>`;
  }
  const windows = timeWindows(run);
  return markup`<p class="soft">Seconds since the run began. Hover over or tap a bar or mark to read it.</p>
<div class="time">${windows.length > 1 ? windows.map(choice) : null}
<style>${raw(windows.map(windowRule).join('\n'))}</style>
<div class="lanes" aria-hidden="true">
${windows.map(axis)}
${lanes(run).map(lane)}
</div></div>
<p class="legend soft">${legend}</p>
<details><summary>The time line in words</summary>${storyTable(run)}</details>`;
}

function choice({ name }: TimeWindow, index: number): Markup {
  const checked = raw(index === 0 ? ' checked' : '');
  return markup`<input type="radio" name="window" id="window-${index}"${checked}><label for="window-${index}">${name}</label>\n`;
}

function windowRule({ fromMs, toMs }: TimeWindow, index: number): string {
  const range = `--from:${inSeconds(fromMs)};--span:${inSeconds(toMs - fromMs)}`;
  // The first one holds where nothing can be chosen: a run without suites has one window and no button.
  if (index === 0) return `.lanes{${range}}.axis:not(.axis-0){display:none}`;
  return `#window-${index}:checked~.lanes{${range}}#window-${index}:checked~.lanes .axis{display:none}#window-${index}:checked~.lanes .axis-${index}{display:grid}`;
}

function axis(window: TimeWindow, index: number): Markup {
  const marks = ticks(window).map(
    (ms) => markup`<i style="--a:${inSeconds(ms)}">${inSeconds(ms)}<small> s</small></i>`,
  );
  return markup`<div class="axis axis-${index}">${marks}</div>\n`;
}

function lane({ group, name, leadsTo, items }: Lane): Markup {
  const label = leadsTo === null ? name : markup`<a href="#${anchor(leadsTo)}" tabindex="-1">${name}</a>`;
  return markup`<div class="lane ${group}"><div class="name">${label}</div><div class="track">${items.map(item)}</div></div>\n`;
}

function item(one: Span | Mark | TestsSpan): Markup {
  switch (one.kind) {
    case 'span':
      return markup`<i class="${one.look}" tabindex="-1" style="--a:${inSeconds(one.fromMs)};--b:${inSeconds(one.toMs)}">${one.text === '' ? null : markup`<s>${one.text}</s>`}${tip(one.tip)}</i>`;
    case 'mark':
      return markup`<i class="mark ${one.look}" tabindex="-1" style="--a:${inSeconds(one.ms)}">${one.glyph}${tip(one.tip)}</i>`;
    case 'tests':
      return markup`<i class="suite ${one.look}" style="--a:${inSeconds(one.fromMs)};--b:${inSeconds(one.toMs)}">${one.parts.map(part)}</i>`;
  }
}

function part({ look, share, tip: text }: TestPart): Markup {
  return markup`<i class="${look}" tabindex="-1" style="flex-grow:${Math.max(1, Math.round(share))}">${look === 'failed' ? '✗' : null}${tip(text)}</i>`;
}

function tip(text: string): Markup {
  return markup`<b>${text}</b>`;
}

function inSeconds(ms: number): string {
  return String(Math.round(ms) / 1000);
}

const legend = markup`<span><i class="key planned"></i> planned</span> <span><i class="key fault"></i> fault in force (broken line: its heal was not written down)</span>
<span>◆ what a fault waited for</span>
<span><i class="key shade"></i> a fault on this node</span> <span><i class="key held"></i> an invariant holds</span> <span><i class="key excused"></i> it does not, and need not under a fault</span> <span><i class="key violated"></i> it is violated</span>
<span>○ runs, ● is ready</span> <span>▲ unit started, ↻ restarted, ▼ exited, ✖ failed, ▽ stopped</span>
<span><i class="key entry other"></i> log lines</span> <span><i class="key entry warning"></i> warnings</span> <span><i class="key entry error"></i> errors: by the journal’s priority, or where the text itself says so</span>
<span>Tests are as long as JUnit says, back to back up to the end of their suite: when each began is not known.</span>`;
