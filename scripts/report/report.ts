import { headline } from './headline.ts';
import { identitySection } from './identity-section.ts';
import { invariantsSection } from './invariants-section.ts';
import { logsSection } from './logs-section.ts';
import { markup, raw, type Markup } from './markup.ts';
import { paritySection } from './parity-section.ts';
import { processesSection } from './processes-section.ts';
import { receiptsSection } from './receipts-section.ts';
import type { RecordedRun } from './recorded-run.ts';
import { remainsSection } from './remains-section.ts';
import { spentSection } from './spent-section.ts';
import { style } from './style.ts';
import { testsSection } from './tests-section.ts';
import { timeline } from './timeline.ts';
import { topSection } from './top-section.ts';

/**
 * Pure: one page from what was recorded, with nothing to load: no script, font or picture, and a policy that would
 * refuse each. `launcher` is how the command is called where the page is read.
 */
export function renderReport(run: RecordedRun, launcher: string): string {
  const { word } = headline(run);
  const processes = processesSection(run);
  const invariants = invariantsSection(run);
  const absent = new Set([
    ...(processes === null ? ['processes'] : []),
    ...(invariants === null ? ['invariants'] : []),
  ]);
  const shown = entries.filter(([id]) => !absent.has(id));
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><link rel="icon" href="data:,">
<title>${word}: ${clusterOf(run)} ${run.runId}</title><style>${raw(style)}</style></head><body>
${topSection(run, launcher)}
<nav aria-label="sections">${shown.map(([id, { short }]) => markup`<a href="#${id}">${short}</a> `)}</nav>
<main>
${section('timeline', timeline(run))}
${section('logs', logsSection(run))}
${section('tests', testsSection(run))}
${section('receipts', receiptsSection(run))}
${invariants === null ? null : section('invariants', invariants)}
${section('parity', paritySection(run))}
${processes === null ? null : section('processes', processes)}
${section('time-spent', spentSection(run))}
${section('remains', remainsSection(run))}
${section('identity', identitySection(run))}
</main></body></html>
`.text;
}

const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** In a section's own heading, and in the list of sections. */
const names = {
  timeline: { heading: 'Time line', short: 'Time line' },
  logs: { heading: 'What the nodes logged', short: 'Logs' },
  tests: { heading: 'Tests, beside the run without faults', short: 'Tests' },
  receipts: { heading: 'Receipts of the faults', short: 'Receipts' },
  invariants: { heading: 'Invariants, and how soon they held again', short: 'Invariants' },
  parity: { heading: 'Parity with production', short: 'Parity' },
  processes: { heading: 'Processes', short: 'Processes' },
  'time-spent': { heading: 'Where the time went', short: 'Time spent' },
  remains: { heading: 'Left behind', short: 'Left behind' },
  identity: { heading: 'Identity and files', short: 'Files' },
} as const;
const entries = Object.entries(names);

function section(id: keyof typeof names, content: Markup): Markup {
  return markup`<section id="${id}"><h2>${names[id].heading}</h2>
${content}</section>`;
}

function clusterOf({ ending, plan }: RecordedRun): string {
  return ending.kind === 'judged' ? ending.verdict.cluster : (plan?.plan.cluster ?? 'unknown cluster');
}
