import pc from 'picocolors';
import type { Verdict } from '../rehearsal/verdict.ts';

const colour = { pass: pc.green, fail: pc.red, invalid: pc.yellow } as const;
const maxReasons = 8;

/** What a person reads at the end of a run: verdict, why, where the report is, what is left. */
export function summary(verdict: Verdict): string {
  const { receipts, suites, control } = verdict;
  const holding = receipts.filter(({ ok, bystandersOk, healedOk }) => ok && bystandersOk && healedOk).length;
  const tests = suites.flatMap((suite) => suite.tests);
  const reasons = verdict.why.slice(0, maxReasons).map((why) => `          ${why}`);
  return [
    '',
    `verdict   ${colour[verdict.verdict](verdict.verdict)}${verdict.interrupted === true ? ' (interrupted)' : ''}`,
    ...reasons,
    ...(verdict.why.length > maxReasons ? [`          and ${verdict.why.length - maxReasons} more`] : []),
    `cluster   ${verdict.cluster}, seed ${verdict.seed}${verdict.profiles.length > 0 ? `, ${verdict.profiles.join(' + ')}` : ''}`,
    `suites    ${suites.map(({ suite, status }) => `${suite} ${status}`).join(', ') || 'none'} (${tests.filter(({ status }) => status === 'passed').length} of ${tests.length} tests passed)`,
    ...(receipts.length > 0 ? [`receipts  ${holding} of ${receipts.length} hold`] : []),
    ...(control === null ? [] : [`control   ${control.verdict}${control.cached ? ' (cached)' : ''}`]),
    `report    ${verdict.report ?? 'none'}`,
    `residue: ${verdict.residue.length === 0 ? 'none' : verdict.residue.join(', ')}`,
  ].join('\n');
}
