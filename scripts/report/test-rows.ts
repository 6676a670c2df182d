import type { TestOutcome } from '../suite/outcome.ts';
import type { SuiteOutcome } from '../suite/outcome.ts';
import type { z } from 'zod';

type Test = z.infer<typeof TestOutcome>;

/** One test in this run and in the run without faults; null where it was not reported. */
export interface TestRow {
  readonly name: string;
  readonly here: Test | null;
  readonly control: Test | null;
}

/** Pure: both runs' tests side by side, failing first. Tests of one name are told apart by their order. */
export function testRows(here: SuiteOutcome['tests'], control: SuiteOutcome['tests']): readonly TestRow[] {
  const theirs = numbered(control);
  const ours = numbered(here);
  const rows: TestRow[] = [...ours].map(([key, test]) => ({
    name: test.name,
    here: test,
    control: theirs.get(key) ?? null,
  }));
  const missing = [...theirs]
    .filter(([key]) => !ours.has(key))
    .map(([, test]): TestRow => ({ name: test.name, here: null, control: test }));
  return [...rows, ...missing].sort((a, b) => urgency(a) - urgency(b));
}

function numbered(tests: readonly Test[]): ReadonlyMap<string, Test> {
  const seen = new Map<string, number>();
  return new Map(
    tests.map((test) => {
      const before = seen.get(test.name) ?? 0;
      seen.set(test.name, before + 1);
      return [`${before} ${test.name}`, test];
    }),
  );
}

function urgency({ here, control }: TestRow): number {
  const worst = here?.status ?? control?.status;
  if (here?.status === 'failed') return 0;
  if (worst === 'failed') return 1;
  if (here === null) return 2;
  return here.status === 'skipped' ? 3 : 4;
}
