import type { SuiteOutcome } from '../suite/outcome.ts';
import { fileLink } from './file-link.ts';
import { breakable, cut, markup, type Markup } from './markup.ts';
import { counted, duration } from './quantity.ts';
import type { RecordedRun, SuiteOutput } from './recorded-run.ts';
import { testRows, type TestRow } from './test-rows.ts';

/** Passed tests beyond this are in a fold; rows beyond `maxRows` are only counted. */
const openRows = 30;
const maxRows = 600;
const maxMessages = 40;
const maxMessage = 4000;

/** Every suite with its tests beside those of the run without faults. */
export function testsSection(run: RecordedRun): Markup {
  const names = [
    ...new Set([
      ...(run.plan?.plan.suites ?? []).map(({ name }) => name),
      ...run.suites.map(({ suite }) => suite),
      ...(run.control?.suites ?? []).map(({ suite }) => suite),
    ]),
  ];
  const beside =
    run.control === null
      ? null
      : markup`<p class="soft">The run without faults was ${controlPage(run.control.runId, run)}.</p>`;
  if (names.length === 0)
    return markup`<p>${run.plan === null ? 'Which suites were asked for is not known.' : 'No suite was asked for.'}</p>`;
  return markup`${beside}${names.map((name) => oneSuite(name, run))}`;
}

/** Beside this run's folder, unless somebody has tidied up or copied this one; a cached one may lie anywhere. */
function controlPage(runId: string, { ending }: RecordedRun): Markup {
  const cached = ending.kind === 'judged' && ending.verdict.control?.cached === true;
  if (cached)
    return markup`${runId}; it was not run again, since nothing has changed (--control always does)`;
  return markup`<a href="../${runId}/report.html">${runId}</a>`;
}

function oneSuite(name: string, run: RecordedRun): Markup {
  const here = run.suites.find(({ suite }) => suite === name);
  const control = run.control?.suites.find(({ suite }) => suite === name);
  const output = run.outputs.find(({ suite }) => suite === name);
  const rows = testRows(here?.tests ?? [], control?.tests ?? []);
  const bad = here !== undefined && here.status !== 'passed';
  return markup`<h3><bdi>${name}</bdi> ${suiteStatus(here, run)}</h3>
<p>${suiteMeaning(here, control, run)}</p>
${here === undefined || here.why === '' || rows.some((row) => row.here?.status === 'failed') ? null : markup`<p class="said">${cut(here.why, maxMessage)}</p>`}
${rows.length === 0 ? null : tables(rows, run.control !== null)}
${bad && output !== undefined ? outputFolds(output) : null}`;
}

function suiteStatus(here: SuiteOutcome | undefined, { events }: RecordedRun): Markup {
  if (here !== undefined) return badge(here.status, here.endedAtMs - here.startedAtMs);
  return events.some(({ type }) => type === 'suite.start')
    ? markup`<span class="unsure">? no result</span>`
    : markup`<span class="unsure">? not run</span>`;
}

function suiteMeaning(
  here: SuiteOutcome | undefined,
  control: SuiteOutcome | undefined,
  { control: beside, plan }: RecordedRun,
): string {
  const degraded = (plan?.plan.profiles.length ?? 0) > 0;
  const without =
    control === undefined
      ? degraded && beside === null
        ? 'No run without faults stands beside it.'
        : ''
      : `Without faults: ${control.status}, ${duration(control.endedAtMs - control.startedAtMs)}${counts(control)}.`;
  if (here === undefined) return `It has no result in this run. ${without}`;
  return `${here.exitCode === null ? 'No exit code' : `Exit code ${here.exitCode}`}${counts(here)}. ${without}`;
}

function counts({ tests }: SuiteOutcome): string {
  if (tests.length === 0) return '';
  return `, ${tests.filter(({ status }) => status === 'passed').length} of ${counted(tests.length, 'test')} passed`;
}

function tables(rows: readonly TestRow[], hasControl: boolean): Markup {
  const shown = rows.slice(0, maxRows);
  const urgent = shown.filter(({ here }) => here?.status !== 'passed');
  const passed = shown.filter(({ here }) => here?.status === 'passed');
  const left = rows.length - shown.length;
  const more = left === 0 ? null : markup`<p class="soft">${left} more are in verdict.json.</p>`;
  if (passed.length <= openRows) return markup`${table(shown, hasControl)}${more}`;
  return markup`${urgent.length === 0 ? null : table(urgent, hasControl)}
<details><summary>${counted(passed.length, 'test')} passed</summary>${table(passed, hasControl)}</details>${more}`;
}

function table(rows: readonly TestRow[], hasControl: boolean): Markup {
  return markup`<table class="tests"><thead><tr><th scope="col">test</th><th scope="col">this run</th>${hasControl ? markup`<th scope="col">without faults</th>` : null}</tr></thead><tbody>
${rows.map((row, index) => testRow(row, hasControl, index))}</tbody></table>`;
}

function testRow({ name, here, control }: TestRow, hasControl: boolean, index: number): Markup {
  const message = here?.message ?? control?.message ?? '';
  const shown = message !== '' && index < maxMessages;
  return markup`<tr><th scope="row">${breakable(name)}</th><td>${cell(here)}</td>${hasControl ? markup`<td>${cell(control)}</td>` : null}</tr>
${shown ? markup`<tr class="message"><td colspan="${hasControl ? 3 : 2}"><details${(here ?? control)?.status === 'failed' && index < 3 ? open : null}><summary>what it said</summary><pre>${cut(message, maxMessage)}</pre></details></td></tr>\n` : null}`;
}

const open = markup` open`;

function cell(test: TestRow['here']): Markup {
  return test === null ? markup`<span class="soft">not reported</span>` : badge(test.status, test.durationMs);
}

type Status = SuiteOutcome['status'] | SuiteOutcome['tests'][number]['status'];

const badges: Readonly<Record<Status, { readonly sign: string; readonly look: string }>> = {
  passed: { sign: '✓', look: 'good' },
  failed: { sign: '✗', look: 'bad' },
  timeout: { sign: '✗', look: 'bad' },
  error: { sign: '?', look: 'unsure' },
  skipped: { sign: '–', look: 'soft' },
};

function badge(status: Status, ms: number): Markup {
  const { sign, look } = badges[status];
  return markup`<span class="${look}">${sign} ${status}</span> <span class="soft took">${duration(ms)}</span>`;
}

/** Of a suite that did not pass, the last that its command wrote. */
function outputFolds({ suite, stdout, stderr }: SuiteOutput): Markup {
  const one = (name: string, text: string): Markup | null =>
    text.trim() === ''
      ? null
      : markup`<details><summary>the end of ${name}</summary><pre>${text}</pre><p class="soft">All of it: ${fileLink(`suites/${suite}/${name}`)}</p></details>`;
  return markup`${one('stdout.log', stdout)}${one('stderr.log', stderr)}`;
}
