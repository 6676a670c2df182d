import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Receipt } from '../../scripts/verdict/receipt.ts';
import type { Difference } from '../../scripts/parity/difference.ts';
import { conclude, type Findings } from '../../scripts/verdict/conclude.ts';
import { exitCode, Verdict, worst, type Outcome } from '../../scripts/verdict/verdict.ts';
import type { InvariantOutcome } from '../../scripts/invariants/outcome.ts';
import type { SuiteOutcome } from '../../scripts/suite/outcome.ts';

const outcome = fc.constantFrom<Outcome[]>('pass', 'fail', 'invalid');
const number = fc.double({ min: -1, max: 1e9, noNaN: true, noDefaultInfinity: true });
const text = fc.string({ maxLength: 12 });

const receipt: fc.Arbitrary<Receipt> = fc.record({
  fault: text,
  kind: text,
  target: text,
  requested: number,
  measured: fc.record({ before: number, during: number, after: number }),
  unit: fc.constantFrom<Receipt['unit'][]>(
    'ms',
    'ratio',
    'bit/s',
    'byte',
    'inode',
    'process',
    'file',
    'bool',
  ),
  n: fc.nat(),
  tolerance: number,
  ok: fc.boolean(),
  bystandersOk: fc.boolean(),
  healedOk: fc.boolean(),
  bystanders: fc.nat(),
  injectedAtMs: fc.option(number),
  healedAtMs: fc.option(number),
  injectTookMs: number,
  healTookMs: number,
  driver: text,
  why: text,
  samples: fc.record({ before: fc.array(number), during: fc.array(number), after: fc.array(number) }),
});
const difference: fc.Arbitrary<Difference> = fc.record({
  node: text,
  fact: text,
  expected: fc.option(text),
  actual: fc.option(text),
  class: fc.constantFrom<Difference['class'][]>('blocking', 'allowed', 'impossible'),
  why: text,
});
const suite: fc.Arbitrary<SuiteOutcome> = fc.record({
  suite: text,
  status: fc.constantFrom<SuiteOutcome['status'][]>('passed', 'failed', 'error', 'timeout'),
  exitCode: fc.option(fc.integer()),
  startedAtMs: number,
  endedAtMs: number,
  tests: fc.array(
    fc.record({
      name: text,
      status: fc.constantFrom<SuiteOutcome['tests'][number]['status'][]>('passed', 'failed', 'skipped'),
      durationMs: number,
      message: text,
    }),
    { maxLength: 3 },
  ),
  why: text,
});
const broken = fc.record({
  nodes: fc.array(text, { minLength: 1, maxLength: 2 }),
  fromMs: fc.nat(),
  toMs: fc.option(fc.nat()),
  exitCode: fc.option(fc.nat(255)),
  words: text,
  faults: fc.array(text, { maxLength: 2 }),
  violatedAtMs: fc.option(fc.nat()),
});
const recovery = fc.record({
  fault: text,
  healedAtMs: fc.nat(),
  broke: fc.boolean(),
  afterMs: fc.option(fc.nat()),
  limitMs: fc.option(fc.nat()),
  ok: fc.boolean(),
  why: text,
});
const invariant: fc.Arbitrary<InvariantOutcome> = fc
  .record({
    invariant: text,
    role: text,
    holdsOn: fc.constantFrom('each', 'any'),
    during: fc.constantFrom('always', 'no-fault'),
    answers: fc.nat(3),
    slowestMs: fc.nat(),
    breaks: fc.array(broken, { maxLength: 2 }),
    recoveries: fc.array(recovery, { maxLength: 2 }),
  })
  .map(({ breaks, recoveries, ...rest }) => {
    const violations = breaks.filter(({ violatedAtMs }) => violatedAtMs !== null).length;
    return { ...rest, broke: breaks.length, violations, breaks, recoveries };
  });
const findings: fc.Arbitrary<Findings> = fc.record({
  suites: fc.array(suite, { maxLength: 3 }),
  invariants: fc.array(invariant, { maxLength: 2 }),
  receipts: fc.uniqueArray(receipt, { maxLength: 4, selector: ({ fault }) => fault }),
  parity: fc.array(difference, { maxLength: 3 }),
  leftovers: fc.array(text, { maxLength: 2 }),
  down: fc.array(text, { maxLength: 2 }),
  invalid: fc.array(text, { maxLength: 2 }),
  control: fc.option(fc.record({ verdict: outcome, why: fc.array(text) })),
});

/** Wrong in a way that leaves nothing to be said, whatever the suites did. */
function untrusted({ suites, invariants, receipts, parity, leftovers, invalid }: Findings): boolean {
  return (
    invalid.length > 0 ||
    leftovers.length > 0 ||
    receipts.some(({ ok, bystandersOk, healedOk }) => !ok || !bystandersOk || !healedOk) ||
    parity.some((one) => one.class === 'blocking') ||
    suites.some(({ status }) => status === 'error') ||
    invariants.some(({ answers }) => answers === 0)
  );
}

describe('what all findings mean together', () => {
  test('is a pass only where nothing is wrong, and then there is nothing to say', () => {
    fc.assert(
      fc.property(findings, (all) => {
        const { verdict, why } = conclude(all);
        expect(why.length === 0).toBe(verdict === 'pass');
        if (all.control !== null && all.control.verdict !== 'pass') {
          const said =
            all.control.verdict === 'fail'
              ? 'fails without faults: the control did not pass'
              : 'the control could not be trusted, so nothing was degraded';
          expect({ verdict, why }).toEqual({ verdict: all.control.verdict, why: [said, ...all.control.why] });
          return;
        }
        const failed =
          all.down.length > 0 ||
          all.suites.some(({ status }) => status === 'failed' || status === 'timeout') ||
          all.invariants.some(
            ({ violations, recoveries }) => violations > 0 || recoveries.some(({ ok }) => !ok),
          );
        expect(verdict).toBe(untrusted(all) ? 'invalid' : failed ? 'fail' : 'pass');
      }),
    );
  });

  test('names everything that is wrong: nodes that are down, then what cannot be trusted', () => {
    fc.assert(
      fc.property(findings, (found) => {
        const all = { ...found, control: null };
        const { why } = conclude(all);
        const failures = all.suites.filter(({ status }) => status === 'failed' || status === 'timeout');
        const failed = failures.map((one) => `suite ${one.suite} failed: ${one.why}`);
        const broke = all.invariants.reduce((sum, { violations }) => sum + violations, 0);
        const late = all.invariants.flatMap(({ recoveries }) => recoveries.filter(({ ok }) => !ok)).length;
        const bySuites = why.length - broke - late;
        expect(why.slice(0, all.down.length)).toEqual(all.down);
        expect(why.slice(bySuites - failed.length, bySuites)).toEqual(failed);
        const distrust = [
          all.invalid.length,
          all.leftovers.length,
          all.receipts.filter(({ ok }) => !ok).length,
          all.receipts.filter(({ bystandersOk }) => !bystandersOk).length,
          all.receipts.filter(({ healedOk }) => !healedOk).length,
          all.parity.filter((one) => one.class === 'blocking').length,
          all.suites.filter(({ status }) => status === 'error').length,
          all.invariants.filter(({ answers }) => answers === 0).length,
        ].reduce((sum, count) => sum + count, 0);
        expect(why).toHaveLength(all.down.length + distrust + failed.length + broke + late);
      }),
    );
  });

  test('gets no better by another finding', () => {
    const rank = (one: Outcome): number => ['pass', 'fail', 'invalid'].indexOf(one);
    fc.assert(
      fc.property(findings, findings, (a, b) => {
        const both = {
          suites: [...a.suites, ...b.suites],
          invariants: [...a.invariants, ...b.invariants],
          receipts: [...a.receipts, ...b.receipts],
          parity: [...a.parity, ...b.parity],
          leftovers: [...a.leftovers, ...b.leftovers],
          down: [...a.down, ...b.down],
          invalid: [...a.invalid, ...b.invalid],
          control: null,
        };
        const alone = conclude({ ...a, control: null }).verdict;
        expect(rank(conclude(both).verdict)).toBeGreaterThanOrEqual(rank(alone));
      }),
    );
  });
});

test('the worst of several outcomes is one of them, whatever their order', () => {
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 1 }), (all) => {
      expect(all).toContain(worst(all));
      expect(worst([...all].reverse())).toBe(worst(all));
      expect(worst([...all, 'pass'])).toBe(worst(all));
      expect(worst([...all, 'invalid'])).toBe('invalid');
    }),
  );
  expect(worst([])).toBe('pass');
  expect(worst(['pass', 'fail'])).toBe('fail');
});

const verdict: fc.Arbitrary<Verdict> = fc.record(
  {
    schema: fc.constant<1>(1),
    verdict: outcome,
    why: fc.array(text, { maxLength: 2 }),
    runId: text,
    cluster: text,
    profiles: fc.array(text, { maxLength: 2 }),
    variables: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), text, { maxKeys: 2 }),
    seed: fc.nat(),
    planHash: text,
    scheduleHash: text,
    controlHash: text,
    control: fc.option(fc.record({ verdict: outcome, runId: text, cached: fc.boolean() })),
    receipts: fc.uniqueArray(receipt, { maxLength: 4, selector: ({ fault }) => fault }),
    parity: fc.array(difference, { maxLength: 2 }),
    suites: fc.array(suite, { maxLength: 2 }),
    invariants: fc.array(
      invariant.map((one) => ({ ...one, control: null })),
      { maxLength: 1 },
    ),
    leftovers: fc.array(text, { maxLength: 2 }),
    residue: fc.array(text, { maxLength: 2 }),
    phasesMs: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), number, { maxKeys: 2 }),
    runFolder: text,
    report: fc.option(text),
    interrupted: fc.boolean(),
  },
  {
    requiredKeys: [
      'schema',
      'verdict',
      'why',
      'runId',
      'cluster',
      'profiles',
      'variables',
      'seed',
      'planHash',
      'scheduleHash',
      'controlHash',
      'control',
      'receipts',
      'parity',
      'suites',
      'invariants',
      'leftovers',
      'residue',
      'phasesMs',
      'runFolder',
      'report',
    ],
  },
);

test('verdict.json reads back as what was written', () => {
  fc.assert(
    fc.property(verdict, (one) => {
      const written = JSON.stringify(one);
      expect(JSON.stringify(Verdict.parse(JSON.parse(written)))).toBe(written);
    }),
  );
});

test('the exit code is 130 before 3 before 2 before 1 before 0', () => {
  fc.assert(
    fc.property(verdict, (one) => {
      const byOutcome = { pass: 0, fail: 1, invalid: 2 }[one.verdict];
      const expected = one.interrupted === true ? 130 : one.residue.length > 0 ? 3 : byOutcome;
      expect(exitCode(one)).toBe(expected);
    }),
  );
});
