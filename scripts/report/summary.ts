import { isViolated } from '../verdict/invariant-sentences.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { CoreDump } from '../evidence/core-dump.ts';
import type { Screen } from '../screen.ts';
import { visible } from '../visible.ts';
import { coreWords } from './cores-part.ts';
import { counted } from './quantity.ts';

const maxReasons = 8;
const label = 10;

/** What a person reads at the end of a run; it ends with verdict and why, where the report is, and what is left. */
export function summary(verdict: Verdict, cores: readonly CoreDump[], { colours, columns }: Screen): string {
  const { receipts, suites, invariants, control, why } = verdict;
  const held = invariants.filter((one) => !isViolated(one)).length;
  const holding = receipts.filter(({ ok, bystandersOk, healedOk }) => ok && bystandersOk && healedOk).length;
  const colour = { pass: colours.green, fail: colours.red, invalid: colours.yellow }[verdict.verdict];
  const line = (name: string, text: string): string =>
    `${name.padEnd(label)}${wrapped(visible(text), columns - label).join(`\n${' '.repeat(label)}`)}`;
  return [
    '',
    line('cluster', [`${verdict.cluster}, seed ${verdict.seed}`, ...namesOf(verdict)].join(', ')),
    ...suites.map((suite) => line('suite', suiteText(suite))),
    ...(suites.length === 0
      ? [line('suite', verdict.interrupted === true ? 'none ended' : 'none was run')]
      : []),
    ...(receipts.length > 0 ? [line('receipts', `${holding} of ${receipts.length} hold`)] : []),
    ...(invariants.length > 0 ? [line('held', `${held} of ${counted(invariants.length, 'invariant')}`)] : []),
    ...(control === null
      ? []
      : [line('control', `${control.verdict}${control.cached ? ' (cached)' : ''}, run ${control.runId}`)]),
    `${'verdict'.padEnd(label)}${colour(verdict.verdict)}${verdict.interrupted === true ? ' (interrupted)' : ''}`,
    ...why.slice(0, maxReasons).map((reason) => line('', reason)),
    ...(why.length > maxReasons ? [line('', `and ${why.length - maxReasons} more, in the report`)] : []),
    ...(cores.length > 0 ? [line('crashed', coreWords(cores))] : []),
    // Never wrapped: whoever selects it wants it whole.
    `${'report'.padEnd(label)}${visible(verdict.report ?? 'none')}`,
    `residue: ${verdict.residue.length === 0 ? 'none' : visible(verdict.residue.join(', '))}`,
  ].join('\n');
}

function namesOf({ profiles, variables }: Verdict): readonly string[] {
  return [
    ...(profiles.length > 0 ? [profiles.join(' + ')] : []),
    ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
  ];
}

function suiteText({ suite, status, tests }: Verdict['suites'][number]): string {
  if (tests.length === 0) return `${suite} ${status}`;
  const passed = tests.filter((test) => test.status === 'passed').length;
  return `${suite} ${status}, ${passed} of ${counted(tests.length, 'test')} passed`;
}

/** Broken between words; a word that is longer than a line stays whole. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
