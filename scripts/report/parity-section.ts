import type { Difference } from '../parity/difference.ts';
import { fileLink } from './file-link.ts';
import { listed } from './fault-lanes.ts';
import { cut, markup, raw, type Markup } from './markup.ts';
import { counted } from './quantity.ts';
import { gapOf, type RecordedRun } from './recorded-run.ts';

const maxRows = 200;
const maxValue = 300;
/** Versions and numbers are not broken in two. */
const short = 30;

const meanings = {
  blocking: 'They make the run invalid: what passed here says nothing about production.',
  allowed: 'The profile or the spec allows them.',
  impossible: 'This backend cannot be like production there.',
} as const satisfies Record<Difference['class'], string>;

const classes = ['blocking', 'allowed', 'impossible'] as const;

/** Differences between nodes and the reference by class; one that is the same on many nodes is one row. */
export function paritySection(run: RecordedRun): Markup {
  const { parity, facts, plan } = run;
  const values = facts.reduce((sum, one) => sum + one.values, 0);
  const read =
    facts.length === 0
      ? markup`No facts of the nodes were saved in this run.`
      : markup`${counted(values, 'fact')} of ${counted(facts.length, 'node')} were read: ${fileLink('facts')}.`;
  if (parity.length === 0 && (plan === null || gapOf(run, 'parity.json') !== null))
    return markup`<p>In what the nodes differ from a reference is not known: what says so cannot be read. ${read}</p>`;
  if (parity.length === 0) {
    const compared =
      facts.length === 0 || plan?.plan.reference == null
        ? 'The nodes were not compared with a production reference: the spec names none.'
        : 'No difference from the reference was found.';
    return markup`<p>${plan?.plan.reference != null && facts.length === 0 ? 'The spec names a reference, and the run did not compare with it.' : compared} ${read}</p>`;
  }
  return markup`<p>${counted(parity.length, 'difference')} from the reference. ${read}</p>
${classes.map((one) =>
  ofClass(
    one,
    parity.filter((difference) => difference.class === one),
  ),
)}`;
}

function ofClass(name: Difference['class'], differences: readonly Difference[]): Markup | null {
  if (differences.length === 0) return null;
  const rows = [...Map.groupBy(differences, key).values()];
  const blocking = name === 'blocking';
  return markup`<details${blocking ? markup` open` : null}><summary>${blocking ? markup`<b class="bad">✗ ${differences.length} blocking</b>` : markup`<b>${differences.length} ${name}</b>`}</summary><p class="soft">${meanings[name]}</p>
<div class="wide" tabindex="0" role="region" aria-label="${name} differences"><table><thead><tr><th scope="col">fact</th><th scope="col">expected</th><th scope="col">actual</th><th scope="col">nodes</th>${blocking ? null : markup`<th scope="col">why</th>`}</tr></thead><tbody>
${rows.slice(0, maxRows).map((same) => row(same, blocking))}</tbody></table></div>
${rows.length > maxRows ? markup`<p class="soft">${rows.length - maxRows} more are in ${fileLink('verdict.json')}.</p>` : null}</details>`;
}

function key({ fact, expected, actual, why }: Difference): string {
  return JSON.stringify([fact, expected, actual, why]);
}

function row(same: readonly Difference[], blocking: boolean): Markup | null {
  const [first] = same;
  if (first === undefined) return null;
  const nodes = listed(same.map(({ node }) => node));
  return markup`<tr><th scope="row"><code>${first.fact}</code></th><td>${value(first.expected)}</td><td>${value(first.actual)}</td><td>${nodes}</td>${blocking ? null : markup`<td>${first.why}</td>`}</tr>\n`;
}

function value(text: string | null): Markup {
  return text === null
    ? markup`<span class="soft">absent</span>`
    : markup`<code${text.length <= short ? raw(' class="short"') : null}>${cut(text, maxValue)}</code>`;
}
