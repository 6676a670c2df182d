import { join } from 'node:path';
import type { PlannedSuite } from '../../infra/plan/plan.ts';
import { inNode } from './in-node.ts';
import { parseJUnit } from './junit.ts';
import { onHost } from './on-host.ts';
import { SuiteOutcome } from './outcome.ts';
import type { Ended, SuiteRun } from './suite-run.ts';
import { messageOf } from '../../infra/errors.ts';

/** Runs the suites one after the other; a suite that cannot be trusted is an `error`, never a pass. */
export async function runSuites(run: SuiteRun): Promise<void> {
  for (const suite of run.suites) {
    run.signal.throwIfAborted();
    const startedAtMs = run.recorder.nowMs();
    run.recorder.record({ type: 'suite.start', suite: suite.name });
    run.ear?.began(suite.name);
    const ended = await untilEnded(suite, run);
    if (ended.junit !== null) run.folder.writeText(join('suites', suite.name, 'junit.xml'), ended.junit);
    const judged = judge(suite, ended, startedAtMs, run.recorder.nowMs());
    const outcome = SuiteOutcome.parse(run.folder.redactor.value(judged));
    run.recorder.record({ type: 'suite.end', suite: suite.name, status: outcome.status });
    run.folder.writeJson(join('suites', suite.name, 'outcome.json'), outcome);
    run.onEnded(outcome);
  }
}

/** One that is interrupted ends then, and says nothing that counts. */
async function untilEnded(suite: PlannedSuite, run: SuiteRun): Promise<Ended> {
  try {
    const ended = await (suite.where === 'host' ? onHost(suite, run) : inNode(suite, run));
    run.signal.throwIfAborted();
    return ended;
  } catch (error) {
    if (run.signal.aborted)
      run.recorder.record({ type: 'suite.end', suite: suite.name, status: 'interrupted' });
    throw error;
  }
}

/** Pure: what the command's end and its JUnit file mean together. */
export function judge(
  suite: PlannedSuite,
  ended: Ended,
  startedAtMs: number,
  endedAtMs: number,
): SuiteOutcome {
  const common = { suite: suite.name, exitCode: ended.exitCode, startedAtMs, endedAtMs };
  const end = (
    status: SuiteOutcome['status'],
    why: string,
    tests: SuiteOutcome['tests'] = [],
  ): SuiteOutcome => ({ ...common, status, tests, why });
  if (ended.failure !== null) return end('error', ended.failure);
  if (ended.timedOut) return end('timeout', `did not end within ${suite.timeoutMs} ms`);
  if (suite.junit === undefined) {
    return ended.exitCode === 0 ? end('passed', '') : end('failed', `exit code ${ended.exitCode ?? 'none'}`);
  }
  if (ended.junit === null) return end('error', `promised ${suite.junit} and did not write it`);
  let tests: SuiteOutcome['tests'];
  try {
    tests = [...parseJUnit(ended.junit)];
  } catch (error) {
    return end('error', `${suite.junit} is no JUnit file: ${messageOf(error)}`);
  }
  const failed = tests.filter(({ status }) => status === 'failed');
  if (tests.every(({ status }) => status === 'skipped')) return end('error', 'ran no test', tests);
  if (failed.length > 0) return end('failed', failed.map(({ name }) => `"${name}"`).join(', '), tests);
  return ended.exitCode === 0
    ? end('passed', '', tests)
    : end('error', `exit code ${ended.exitCode ?? 'none'} although no test failed`, tests);
}
