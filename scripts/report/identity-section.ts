import { fileLink } from './file-link.ts';
import { markup, type Markup } from './markup.ts';
import { fileSize } from './quantity.ts';
import { coresPart } from './cores-part.ts';
import { trafficPart } from './traffic-part.ts';
import type { RecordedRun } from './recorded-run.ts';

const maxFiles = 300;

/** What makes this run this run, and the files that the page was made from. */
export function identitySection({
  runId,
  plan,
  ending,
  files,
  folder,
  captures,
  cores,
}: RecordedRun): Markup {
  const hashes = ending.kind === 'judged' ? ending.verdict : plan;
  return markup`<dl class="hashes"><dt>run</dt><dd>${runId}</dd>
${hashes === null ? null : markup`<dt>plan</dt><dd>${hashes.planHash}</dd><dt>schedule</dt><dd>${hashes.scheduleHash}</dd><dt>control</dt><dd>${hashes.controlHash}</dd>`}
<dt>folder</dt><dd>${folder}</dd></dl>
<p class="soft">Equal spec, profiles, seed, variables and suites have an equal plan hash, on every machine.</p>
${coresPart(cores)}${trafficPart(captures)}
<details><summary>${files.length} files beside this page</summary><ul class="files">
${files.slice(0, maxFiles).map(({ path, bytes }) => markup`<li>${fileLink(path)} <span class="soft">${fileSize(bytes)}</span></li>\n`)}
${files.length > maxFiles ? markup`<li>and ${files.length - maxFiles} more</li>` : null}</ul></details>`;
}
