import type { InvariantBreak, JudgedInvariant, Recovery } from '../invariants/outcome.ts';
import { isViolated } from '../verdict/invariant-sentences.ts';
import { anchor } from './anchor.ts';
import { listed } from './fault-lanes.ts';
import { fileLink } from './file-link.ts';
import { markup, type Markup } from './markup.ts';
import { counted, duration, seconds } from './quantity.ts';
import type { RecordedRun } from './recorded-run.ts';

/** Of one invariant. */
const maxRows = 20;

/** What was to hold meanwhile: how often it was asked, when it did not, and how soon after each heal it did again; null without any. */
export function invariantsSection({ ending, plan }: RecordedRun): Markup | null {
  const asked = plan?.plan.invariants ?? [];
  const seen = ending.kind === 'judged' ? ending.verdict.invariants : [];
  if (asked.length === 0 && seen.length === 0) return null;
  if (seen.length === 0)
    return markup`<p>${counted(asked.length, 'invariant was', 'invariants were')} declared, and the run did not get so far as to say how they held.</p>`;
  return markup`<p class="soft">Asked again and again during the whole run, inside the nodes. Every answer is in ${fileLink('invariants.jsonl')}.</p>
${seen.map(oneInvariant)}`;
}

function oneInvariant(one: JudgedInvariant): Markup {
  const { invariant, role, holdsOn, during, answers, slowestMs, breaks, broke, recoveries } = one;
  const good = answers > 0 && !isViolated(one);
  const more = broke - breaks.length + Math.max(0, breaks.length - maxRows);
  return markup`<article class="card" id="${anchor(`invariant-${invariant}`)}"><h3><span class="${good ? 'good' : 'bad'}">${good ? '✓' : '✗'}</span> <bdi>${invariant}</bdi></h3>
<dl class="facts"><div><dt>is to hold</dt><dd>${during === 'always' ? 'always' : 'while no fault is in force'}, on ${holdsOn === 'any' ? 'one of' : ''} ${role}</dd></div>
<div><dt>asked</dt><dd>${counted(answers, 'time')}, ${duration(slowestMs)} at most</dd></div>
<div><dt>broke</dt><dd class="${one.violations > 0 ? 'bad' : 'good'}">${brokeWords(one)}</dd></div>
<div><dt>control</dt><dd>${controlWords(one)}</dd></div></dl>
${recoveries.length === 0 ? null : recoveryTable(recoveries, controlWords(one))}
${breaks.length === 0 ? null : markup`<details${good ? null : open}><summary>${counted(broke, 'time')} that it did not hold</summary><ul>${breaks.slice(0, maxRows).map(breakItem)}${more > 0 ? markup`<li>and ${more} more, in ${fileLink('invariants.jsonl')}</li>` : null}</ul></details>`}</article>
`;
}

const open = markup` open`;

function brokeWords({ broke, violations }: JudgedInvariant): string {
  if (broke === 0) return 'never';
  const excused = broke - violations;
  const said = [
    ...(violations > 0 ? [`${counted(violations, 'time')} when it should have held`] : []),
    ...(excused > 0 ? [`${counted(excused, 'time')} under a fault, as it may`] : []),
  ];
  return said.join(', ');
}

function controlWords({ control }: JudgedInvariant): string {
  if (control === null) return 'none';
  const { answers, broke, slowestMs } = control;
  const how = broke === 0 ? 'never broke' : `broke ${counted(broke, 'time')}`;
  return `${how}, ${counted(answers, 'time')} asked, ${duration(slowestMs)} at most`;
}

function recoveryTable(recoveries: readonly Recovery[], control: string): Markup {
  const [short = ''] = control.split(',');
  const shown = [...recoveries].sort((a, b) => Number(a.ok) - Number(b.ok)).slice(0, maxRows);
  return markup`<div class="wide" tabindex="0" role="region" aria-label="recovery"><table><thead><tr><th scope="col">after the heal of</th><th scope="col">healed at</th><th scope="col">held again</th><th scope="col">limit</th></tr></thead><tbody>
${shown.map((one) => markup`<tr><td><bdi>${one.fault}</bdi></td><td class="number">${seconds(one.healedAtMs)}</td><td>${recoveryMark(one)} ${recoveryWords(one)} <small>(control: ${short})</small></td><td class="number">${one.limitMs === null ? '–' : duration(one.limitMs)}</td></tr>\n`)}</tbody></table></div>`;
}

/** What is not known to hold again is no good, whether anybody set a limit or not. */
function recoveryMark({ ok, afterMs }: Recovery): Markup {
  if (!ok) return markup`<span class="bad">✗</span>`;
  return afterMs === null ? markup`<span class="unsure">○</span>` : markup`<span class="good">✓</span>`;
}

/** "recovered after 1240 ms", "never broke". */
export function recoveryWords({ broke, afterMs, why }: Recovery): string {
  if (afterMs === null) return `not known when: ${why}`;
  if (!broke) return 'never broke';
  return afterMs === 0 ? 'held when it was healed' : `recovered after ${Math.round(afterMs)} ms`;
}

function breakItem({ nodes, fromMs, toMs, exitCode, words, faults, violatedAtMs }: InvariantBreak): Markup {
  const until = toMs === null ? 'the end' : seconds(toMs);
  const look = violatedAtMs === null ? 'unsure' : 'bad';
  const under = faults.length === 0 ? 'no fault in force' : `under ${listed(faults)}`;
  const said = words === '' ? null : markup`: <code>${words}</code>`;
  const violated =
    violatedAtMs === null
      ? ', as it may'
      : violatedAtMs > fromMs
        ? `, although it should have held from ${seconds(violatedAtMs)} on`
        : '';
  return markup`<li><span class="${look}">${violatedAtMs === null ? '○' : '✗'}</span> <bdi>${nodes.join(', ')}</bdi> from ${seconds(fromMs)} to ${until}, ${under}${violated}; ${exitCode === null ? 'no exit code' : `exit code ${exitCode}`}${said}</li>`;
}
