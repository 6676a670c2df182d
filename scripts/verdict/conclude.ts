import type { InvariantOutcome } from '../invariants/outcome.ts';
import { lateSentences, unaskedSentences, violationSentences } from './invariant-sentences.ts';
import type { Receipt } from './receipt.ts';
import { receiptSentences } from './receipt-sentences.ts';
import type { Difference } from '../parity/difference.ts';
import { differenceSentence } from '../parity/difference-table.ts';
import type { SuiteOutcome } from '../suite/outcome.ts';
import { worst, type Outcome } from './verdict.ts';

export interface Findings {
  readonly suites: readonly SuiteOutcome[];
  readonly receipts: readonly Receipt[];
  readonly invariants: readonly InvariantOutcome[];
  readonly parity: readonly Difference[];
  readonly leftovers: readonly string[];
  /** Nodes that did not become ready, or ended: nothing of ours ends one, so it is the software that did. */
  readonly down: readonly string[];
  /** What could not be trusted otherwise. */
  readonly invalid: readonly string[];
  readonly control: { readonly verdict: Outcome; readonly why: readonly string[] } | null;
}

/**
 * Pure: what all findings together mean, with one sentence a reason: nodes that are down first, since the rest may come
 * of that, then the worst.
 */
export function conclude(findings: Findings): { readonly verdict: Outcome; readonly why: string[] } {
  if (findings.control !== null && findings.control.verdict !== 'pass') {
    const { verdict, why } = findings.control;
    const first =
      verdict === 'fail'
        ? 'fails without faults: the control did not pass'
        : 'the control could not be trusted, so nothing was degraded';
    return { verdict, why: [first, ...why] };
  }
  const invalid = [
    ...findings.invalid,
    ...receiptSentences(findings.receipts, (one) => isSaid(one, findings.invalid)),
    ...findings.leftovers.map((leftover) => `left behind by a fault: ${leftover}`),
    ...findings.parity.filter((one) => one.class === 'blocking').map(differenceSentence),
    ...findings.suites
      .filter(({ status }) => status === 'error')
      .map(({ suite, why }) => `suite ${suite} cannot be trusted: ${why}`),
    ...findings.invariants.flatMap(unaskedSentences),
  ];
  const failed = [
    ...findings.suites
      .filter(({ status }) => status === 'failed' || status === 'timeout')
      .map(({ suite, why }) => `suite ${suite} failed: ${why}`),
    ...findings.invariants.flatMap(violationSentences),
    ...findings.invariants.flatMap(lateSentences),
  ];
  const verdict = worst([
    ...(invalid.length > 0 ? ['invalid' as const] : []),
    ...(findings.down.length + failed.length > 0 ? ['fail' as const] : []),
  ]);
  return { verdict, why: [...findings.down, ...invalid, ...failed] };
}

/** Why a fault never came is said once, and not again for each of its targets, on which there was nothing to measure. */
function isSaid({ fault, n, injectedAtMs }: Receipt, invalid: readonly string[]): boolean {
  if (n > 0 || injectedAtMs !== null) return false;
  return invalid.some((why) => why.startsWith(`${fault}: `) || why.startsWith(`${fault} was not in force`));
}
