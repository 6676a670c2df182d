import { RunEvent } from '../evidence/event.ts';
import type { RunFolder } from '../evidence/run-folder.ts';
import { ControlResult } from '../rehearsal/control.ts';
import { Verdict } from '../rehearsal/verdict.ts';
import { escape, style, table } from './html.ts';
import { receiptsSection } from './receipts.ts';
import { timeline } from './timeline.ts';

/** One page from the run folder alone: no script, no request, readable on a phone. */
export function renderReport(folder: RunFolder): string {
  const verdict = folder.readJson('verdict.json', Verdict);
  if (verdict === null) throw new Error(`${folder.path} has no verdict.json`);
  const control = folder.readJson('control.json', ControlResult);
  const events = folder.readLines('events.jsonl', RunEvent);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${verdict.verdict}: ${escape(verdict.cluster)}</title><style>${style}</style></head><body>
<p class="soft">Understudy rehearsal ${escape(verdict.runId)}</p>
<h1 class="${verdict.verdict}">${headline(verdict)}</h1>
${verdict.why.map((why) => `<p>${escape(why)}</p>`).join('\n')}
<p>Cluster <b>${escape(verdict.cluster)}</b>, ${verdict.profiles.length === 0 ? 'without faults' : `under <b>${escape(verdict.profiles.join(' + '))}</b>`}, seed ${verdict.seed}${variables(verdict)}.</p>
<p>Run it again:</p><pre>${escape(replay(verdict))}</pre>
<h2>Time line</h2>${timeline(events)}
<h2>Tests, beside the run without faults</h2>${tests(verdict, control)}
<h2>Receipts</h2><p class="soft">What was asked of each fault, and what was measured from inside its victim. “Before” and “after” show that it was not there, and that it went.</p>${receiptsSection(verdict.receipts)}
<h2>Left behind</h2><p>By faults after healing: ${listed(verdict.leftovers)}. After tear-down: ${listed(verdict.residue)}.</p>
<h2>Where the time went</h2>${table(
    ['phase', 'seconds'],
    Object.entries(verdict.phasesMs).map(([phase, ms]) => [escape(phase), (ms / 1000).toFixed(1)]),
  )}
<h2>Identity</h2><pre>plan     ${verdict.planHash}\nschedule ${verdict.scheduleHash}\ncontrol  ${verdict.controlHash}</pre>
<p class="soft">Beside this page: journals and logs in nodes/, suites' output in suites/, every event in events.jsonl.</p>
</body></html>
`;
}

const meaning: Readonly<Record<Verdict['verdict'], string>> = {
  pass: 'Pass: every suite passed, and every fault was real',
  fail: 'Fail',
  invalid: 'Invalid: neither pass nor fail can be said',
};

function headline({ verdict, interrupted }: Verdict): string {
  return `${meaning[verdict]}${interrupted === true ? ' (interrupted)' : ''}`;
}

function replay({ cluster, profiles, seed, variables: set }: Verdict): string {
  const words = [
    ...profiles.map((name) => `--profile ${name}`),
    `--seed ${seed}`,
    ...Object.entries(set).map(([name, value]) => `--set ${name}=${value}`),
  ];
  return `understudy run ${cluster} ${words.join(' ')}`;
}

function variables({ variables: set }: Verdict): string {
  return Object.entries(set)
    .map(([name, value]) => `, ${escape(name)} ${escape(value)}`)
    .join('');
}

function tests({ suites }: Verdict, control: ControlResult | null): string {
  const rows = suites.flatMap(({ suite, status, why, tests: all }) => {
    const beside = control?.suites.find((one) => one.suite === suite);
    const head = [
      `<b>${escape(suite)}</b>`,
      outcome(status),
      escape(beside?.status ?? '—'),
      all.length === 0 ? escape(why) : '',
    ];
    return [
      head,
      ...all.map((test) => {
        const without = beside?.tests.find(({ name }) => name === test.name);
        return [
          escape(test.name),
          outcome(test.status),
          escape(without?.status ?? '—'),
          test.message === '' ? '' : `<pre>${escape(test.message.slice(0, 1500))}</pre>`,
        ];
      }),
    ];
  });
  return table(['test', 'this run', 'without faults', ''], rows);
}

function outcome(status: string): string {
  return `<span class="${status === 'passed' ? 'ok' : 'bad'}">${escape(status)}</span>`;
}

function listed(items: readonly string[]): string {
  return items.length === 0 ? 'nothing' : items.map((item) => `<code>${escape(item)}</code>`).join(', ');
}
