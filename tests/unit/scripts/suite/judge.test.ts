import { describe, expect, test } from '@jest/globals';
import type { PlannedSuite } from '../../../../infra/plan/plan.ts';
import { judge } from '../../../../scripts/suite/run-suites.ts';

const suite: PlannedSuite = {
  name: 's',
  command: ['x'],
  where: 'host',
  dir: '.',
  junit: 'junit.xml',
  timeoutMs: 5000,
};
const silent: PlannedSuite = { name: 's', command: ['x'], where: 'host', dir: '.', timeoutMs: 5000 };
const ended = { exitCode: 0, timedOut: false, failure: null, junit: null };
const junit = (...cases: readonly string[]): string => `<testsuite>${cases.join('')}</testsuite>`;
const passed = '<testcase name="good"/>';
const failed = '<testcase name="bad"><failure>why</failure></testcase>';

describe('a suite that promised no file', () => {
  test('is its exit code', () => {
    expect(judge(silent, ended, 10, 20)).toMatchObject({ status: 'passed', why: '' });
    expect(judge(silent, { ...ended, exitCode: 3 }, 10, 20)).toMatchObject({
      status: 'failed',
      why: 'exit code 3',
    });
    // Killed by a signal: no exit code, and no pass.
    expect(judge(silent, { ...ended, exitCode: null }, 10, 20).status).toBe('failed');
  });
});

describe('a suite that promised a file', () => {
  test('passes where every test in it passed and the command ended with 0', () => {
    expect(judge(suite, { ...ended, junit: junit(passed) }, 10, 20)).toEqual({
      suite: 's',
      status: 'passed',
      exitCode: 0,
      startedAtMs: 10,
      endedAtMs: 20,
      tests: [{ name: 'good', status: 'passed', durationMs: 0, message: '' }],
      why: '',
    });
  });

  test('fails by the tests that failed, by name, whatever the exit code', () => {
    for (const exitCode of [0, 1])
      expect(judge(suite, { ...ended, exitCode, junit: junit(passed, failed) }, 10, 20)).toMatchObject({
        status: 'failed',
        why: '"bad"',
      });
  });

  test.each([
    ['the file is not there', null, 0, 'promised junit.xml and did not write it'],
    ['the file is no JUnit', '<html/>', 0, 'junit.xml is no JUnit file: no <testsuite> in it'],
    ['the file was cut off', `<testsuite>${passed}`, 0, 'junit.xml is no JUnit file: it ends in the middle'],
    ['no test ran', junit(), 0, 'ran no test'],
    ['all tests were skipped', junit('<testcase name="later"><skipped/></testcase>'), 0, 'ran no test'],
    ['the command failed and no test did', junit(passed), 4, 'exit code 4 although no test failed'],
    [
      'the command was killed and no test failed',
      junit(passed),
      null,
      'exit code none although no test failed',
    ],
  ])('cannot be trusted where %s', (_what, file, exitCode, why) => {
    expect(judge(suite, { ...ended, exitCode, junit: file }, 10, 20)).toMatchObject({ status: 'error', why });
  });
});

test('a suite that did not start, or not end, says so before anything else', () => {
  const all = { exitCode: 0, junit: junit(passed) };
  expect(
    judge(suite, { ...all, timedOut: true, failure: 'could not be started: ENOENT' }, 1, 2),
  ).toMatchObject({
    status: 'error',
    why: 'could not be started: ENOENT',
  });
  expect(judge(suite, { ...all, timedOut: true, failure: null }, 1, 2)).toMatchObject({
    status: 'timeout',
    why: 'did not end within 5000 ms',
  });
});
