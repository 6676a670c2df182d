import type { Receipt } from '../../scripts/verdict/receipt.ts';
import { Verdict } from '../../scripts/verdict/verdict.ts';

/** A receipt that does not hold, in which every free text is `text`. */
export function receiptForTest(text: string): Receipt {
  return {
    fault: text,
    kind: text,
    target: text,
    requested: 1,
    measured: { before: 0, during: 1, after: 0 },
    unit: 'ms',
    n: 1,
    tolerance: 1,
    ok: false,
    bystandersOk: true,
    healedOk: true,
    bystanders: 0,
    injectedAtMs: null,
    healedAtMs: null,
    injectTookMs: 1,
    healTookMs: 1,
    driver: text,
    why: text,
    samples: { before: [0], during: [1], after: [0] },
  };
}

/** A verdict in which every free text is `text`. */
export function verdictForTest(text: string): Verdict {
  return Verdict.parse({
    schema: 1,
    verdict: 'fail',
    why: [text],
    runId: text,
    cluster: text,
    profiles: [text],
    variables: { [text]: text },
    seed: 1,
    planHash: 'p',
    scheduleHash: 's',
    controlHash: 'c',
    control: { verdict: 'pass', runId: text, cached: false },
    receipts: [receiptForTest(text)],
    parity: [{ node: text, fact: text, expected: text, actual: null, class: 'blocking', why: text }],
    suites: [
      {
        suite: text,
        status: 'failed',
        exitCode: 1,
        startedAtMs: 0,
        endedAtMs: 1,
        tests: [{ name: text, status: 'failed', durationMs: 1, message: text }],
        why: text,
      },
    ],
    leftovers: [text],
    residue: [text],
    phasesMs: { [text]: 1 },
    runFolder: text,
    report: text,
  });
}
