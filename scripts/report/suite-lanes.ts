import type { RunEvent } from '../evidence/event.ts';
import type { SuiteOutcome } from '../suite/outcome.ts';
import type { Lane, TestPart, TestsSpan } from './lane.ts';
import { duration, seconds } from './quantity.ts';
import type { RecordedRun } from './recorded-run.ts';

/** More tests than this are drawn as one block, but for those that failed. */
const maxParts = 80;

export function suiteLanes({ events, suites, endMs }: RecordedRun): readonly Lane[] {
  return events.flatMap((event): Lane[] => {
    if (event.type !== 'suite.start') return [];
    const end = events.find(
      (one): one is Extract<RunEvent, { type: 'suite.end' }> =>
        one.type === 'suite.end' && one.suite === event.suite && one.ms >= event.ms,
    );
    const outcome = suites.find(({ suite }) => suite === event.suite);
    const item = suiteSpan(event.suite, event.ms, end?.ms ?? endMs, end?.status ?? null, outcome);
    return [{ group: 'suites', name: event.suite, leadsTo: 'tests', items: [item] }];
  });
}

function suiteSpan(
  suite: string,
  fromMs: number,
  toMs: number,
  status: string | null,
  outcome: SuiteOutcome | undefined,
): TestsSpan {
  const tip = `suite ${suite}: ${seconds(fromMs)} to ${seconds(toMs)}, ${status ?? 'its end was never written'}`;
  return {
    kind: 'tests',
    fromMs,
    toMs,
    look: status === null ? 'open' : status === 'passed' ? 'good' : 'bad',
    tip,
    parts: partsOf(outcome?.tests ?? [], toMs - fromMs, tip),
  };
}

/**
 * JUnit says how long each test took and in which order, not when: they are drawn back to back and end with the suite,
 * and what no test accounts for (start, set-up, waiting) comes before them.
 */
function partsOf(tests: SuiteOutcome['tests'], suiteMs: number, suiteTip: string): readonly TestPart[] {
  const testedMs = tests.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const restMs = Math.max(0, suiteMs - testedMs);
  const rest: TestPart = {
    look: 'rest',
    share: restMs,
    tip:
      tests.length === 0
        ? suiteTip
        : `${suiteTip}\n${duration(restMs)} of it outside its tests: start, set-up, waiting`,
  };
  if (tests.length <= maxParts) return [rest, ...tests.map(part)];
  const failed = tests.filter(({ status }) => status === 'failed').slice(0, maxParts);
  const others = tests.length - failed.length;
  const othersMs = testedMs - failed.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return [
    rest,
    { look: 'passed', share: othersMs, tip: `${others} other tests, ${duration(othersMs)}` },
    ...failed.map(part),
  ];
}

function part({ name, status, durationMs }: SuiteOutcome['tests'][number]): TestPart {
  return { look: status, share: durationMs, tip: `${name}: ${status}, ${duration(durationMs)}` };
}
