import type { Problem } from '../errors.ts';
import type { Path, SpecDocument } from './document.ts';
import type { Profile } from './fault.ts';
import { leastWindowMs } from './least-window.ts';
import { problemAt } from './problems.ts';

/**
 * What the schema of a profile cannot say: windows that end before they begin or are too short to be measured in, and names
 * that stand twice.
 */
export function profileProblems(document: SpecDocument, { faults }: Profile): readonly Problem[] {
  const problems: Problem[] = [];
  const report = (path: Path, code: string, message: string, hint: string): void => {
    problems.push(problemAt(document, path, { code, message, hint }));
  };
  for (const [index, fault] of faults.entries()) {
    const { name, kind, from, untilMs } = fault;
    const at = ['faults', index] as const;
    // Receipts and draws go by the name: two of one name could not be told apart.
    if (faults.findIndex((one) => one.name === name) < index)
      report(
        [...at, 'name'],
        'duplicate',
        `fault "${name}" is declared twice`,
        'give each a name of its own',
      );
    if (from === undefined) {
      if (untilMs === undefined) continue;
      report(
        [...at, 'untilMs'],
        'window',
        `untilMs ${untilMs} without from`,
        'give from: [earliest, latest] too, or leave both out: the fault holds during the whole run',
      );
      continue;
    }
    const [earliest, latest] = from;
    if (earliest > latest)
      report(
        [...at, 'from'],
        'window',
        `the window ends, at ${latest} ms, before it begins, at ${earliest} ms`,
        'from: [earliest, latest]',
      );
    else if (untilMs !== undefined && untilMs <= latest)
      report(
        [...at, 'untilMs'],
        'window',
        `untilMs ${untilMs} may come before the fault begins, which is up to ${latest} ms`,
        `more than ${latest}, or leave it out: the fault holds until the suites end`,
      );
    else if (untilMs !== undefined && untilMs - latest < leastWindowMs(fault))
      report(
        [...at, 'untilMs'],
        'window',
        `the fault may hold for no more than ${untilMs - latest} ms, and measuring a ${kind} takes ${leastWindowMs(fault)} ms`,
        `${latest + leastWindowMs(fault)} or more, or leave it out: the fault holds until the suites end`,
      );
  }
  return problems;
}
