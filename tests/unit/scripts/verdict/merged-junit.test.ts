import { expect, test } from '@jest/globals';
import { parseJUnit } from '../../../../scripts/suite/junit.ts';
import type { InvariantOutcome } from '../../../../scripts/invariants/outcome.ts';
import { mergedJUnit } from '../../../../scripts/verdict/merged-junit.ts';
import type { SuiteOutcome } from '../../../../scripts/suite/outcome.ts';

const outcome = (suite: string, more: Partial<SuiteOutcome>): SuiteOutcome => ({
  suite,
  status: 'passed',
  exitCode: 0,
  startedAtMs: 1000,
  endedAtMs: 3500,
  tests: [],
  why: '',
  ...more,
});
const test1 = { name: 'opens', status: 'failed', durationMs: 100, message: 'no' } as const;
const jest = `<?xml version="1.0"?><testsuites><testsuite name="outer"><testsuite name="inner">
  <testcase classname="doors" name="opens" time="0.1" file="doors.test.ts"><failure message="&quot;no&quot; &lt;door&gt;">at 1 &lt; 2</failure></testcase>
  <testcase classname="doors" name="shuts" time="0.2"/>
  <testcase classname="doors" name="later"><skipped/></testcase>
</testsuite></testsuite></testsuites>`;
const fine = { verdict: 'pass', why: [], residue: [], invariants: [] } as const;

test('test cases of all runners stand in one file, a suite each, as their runner wrote them', () => {
  const merged = mergedJUnit(
    [{ outcome: outcome('doors', { status: 'failed', tests: [test1], why: '"opens"' }), junit: jest }],
    { ...fine, verdict: 'fail' },
  );
  expect(merged).toContain(
    '<testsuites name="understudy run" tests="5" failures="1" errors="0" skipped="1" time="2.500">',
  );
  expect(merged).toContain(
    '<testsuite name="doors" tests="3" failures="1" errors="0" skipped="1" time="2.500">',
  );
  expect(merged).toContain('classname="doors" name="opens" time="0.1" file="doors.test.ts"');
  expect(merged).toContain('at 1 &lt; 2');
  expect(parseJUnit(merged).map(({ name, status }) => [name, status])).toEqual([
    ['opens', 'failed'],
    ['shuts', 'passed'],
    ['later', 'skipped'],
    ['the result can be trusted', 'passed'],
    ['nothing is left behind', 'passed'],
  ]);
});

test('a suite without a file of its own is one case; one that cannot be trusted is an error', () => {
  const merged = mergedJUnit(
    [
      { outcome: outcome('quiet', {}), junit: null },
      { outcome: outcome('falls', { status: 'failed', why: 'exit code 2' }), junit: null },
      { outcome: outcome('hangs', { status: 'timeout', why: 'did not end' }), junit: null },
      {
        outcome: outcome('odd', { status: 'error', why: 'exit code 1 although no test failed' }),
        junit: '<testsuite><testcase name="a"/></testsuite>',
      },
    ],
    fine,
  );
  expect(merged).toMatch(/<testcase name="quiet" classname="quiet" time="2.500"\/>/);
  expect(merged).toMatch(/name="falls" tests="1" failures="1" errors="0"/);
  expect(merged).toMatch(/name="hangs" tests="1" failures="0" errors="1"/);
  expect(merged).toMatch(/name="odd" tests="2" failures="0" errors="1"/);
});

test('why a result cannot be trusted, and what is left, are errors of a suite of our own', () => {
  const merged = mergedJUnit([], {
    verdict: 'invalid',
    why: ['slow on a->b was not what was asked', 'and "more" <of> it'],
    residue: ['container x'],
    invariants: [],
  });
  expect(merged).toMatch(/<testsuite name="understudy" tests="2" failures="0" errors="2"/);
  expect(merged).toContain('<error message="slow on a-&gt;b was not what was asked">');
  expect(merged).toContain('container x');
});

test('a run that fails without a suite that failed has a red test all the same', () => {
  const why = ['node worker-1 ended with exit code 1 before it was ready'];
  const merged = mergedJUnit([], { ...fine, verdict: 'fail', why });
  expect(merged).toMatch(/<testsuite name="understudy" tests="3" failures="1" errors="0"/);
  expect(parseJUnit(merged)[0]).toMatchObject({
    name: 'every node becomes ready and stays up',
    message: why[0],
  });
});

test('tests of a control that ran earlier are told from what is known of them', () => {
  const merged = mergedJUnit(
    [{ outcome: outcome('doors', { status: 'failed', tests: [test1] }), junit: null }],
    fine,
  );
  expect(merged).toMatch(/<testcase name="opens" classname="doors" time="0.100">\s*<failure message="no">/);
});

test('control characters, which no XML may hold, are replaced', () => {
  const merged = mergedJUnit(
    [{ outcome: outcome('x', { status: 'failed', why: 'red \u001b[31m' }), junit: null }],
    fine,
  );
  expect(merged).not.toContain('\u001b');
});

test('an invariant is a test: red where it broke when it should have held, or held again too late', () => {
  const seen: InvariantOutcome = {
    ...{ invariant: 'answers', role: 'broker', holdsOn: 'each', during: 'always', answers: 9 },
    ...{ slowestMs: 40, broke: 0, violations: 0, breaks: [], recoveries: [] },
  };
  const late = { fault: 'p/kill', healedAtMs: 4_000, broke: true, afterMs: 7_200, limitMs: 5_000, ok: false };
  const merged = mergedJUnit([], {
    ...{ verdict: 'fail', why: ['late'], residue: [] },
    invariants: [seen, { ...seen, invariant: 'writes', recoveries: [{ ...late, why: '' }] }],
  });
  expect(parseJUnit(merged).map(({ name, status, message }) => [name, status, message])).toEqual([
    ['invariant answers holds', 'passed', ''],
    [
      'invariant writes holds',
      'failed',
      'invariant writes held again 7.2 s after the heal of p/kill, and is to within 5.0 s',
    ],
    ['the result can be trusted', 'passed', ''],
    ['nothing is left behind', 'passed', ''],
  ]);
});
