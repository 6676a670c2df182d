import { describe, expect, test } from '@jest/globals';
import pc from 'picocolors';
import { HostError, InterruptedError, RunError, SpecError, UsageError } from '../../../infra/errors.ts';
import { errorDocument, errorText } from '../../../scripts/output.ts';

const text = (error: unknown): string => errorText(error, pc.createColors(false));

describe('an error that is meant for the user', () => {
  test('is its message and the next step, without a stack trace', () => {
    expect(text(new UsageError('u', 'what happened', { hint: 'what to type' }))).toBe(
      'error what happened\nnext  what to type\n',
    );
    expect(text(new HostError('h', 'what happened', { cause: new Error('deep down') }))).toBe(
      'error what happened\n',
    );
  });

  test('is one object for programs, whose exit code is that of contracts.md', () => {
    const problem = { code: 'c', message: 'm', file: 'f', line: 1, column: 2, hint: 'h' };
    const spec = errorDocument(new SpecError('two', [problem]));
    expect(spec).toEqual({
      schema: 1,
      error: { code: 'spec', exit: 64, message: 'two', hint: '', problems: [problem] },
    });
    expect(errorDocument(new UsageError('u', 'x')).error).toMatchObject({ exit: 64, problems: [] });
    expect(errorDocument(new HostError('h', 'x')).error.exit).toBe(69);
    expect(errorDocument(new InterruptedError('i', 'x')).error.exit).toBe(130);
  });
});

test('an error that ended a run names the run and its folder, and stays what it was', () => {
  const run = { runId: 'r1', runFolder: '/runs/r1' };
  const host = new RunError(new HostError('h', 'no port', { hint: 'free it' }), run);
  expect(errorDocument(host).error).toEqual({
    code: 'h',
    exit: 69,
    message: 'no port',
    hint: 'free it',
    problems: [],
    ...run,
  });
  expect(text(host)).toBe('error no port\nnext  free it\nsee   /runs/r1\n');
  const bug = new RunError(new TypeError('x is not a function'), run);
  expect(errorDocument(bug).error).toMatchObject({ code: 'internal', exit: 70, ...run });
  expect(text(bug)).toMatch(/\nTypeError: x is not a function\n\s+at /);
});

describe('anything else is a bug of ours', () => {
  test.each([[new TypeError('x is not a function')], ['a thrown text'], [undefined]])(
    '%p: 70, and it says so',
    (thrown) => {
      expect(errorDocument(thrown).error).toMatchObject({
        code: 'internal',
        exit: 70,
        hint: expect.stringContaining('bug'),
      });
    },
  );

  test('shows where it happened, and what it came from', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    expect(text(error)).toMatch(
      /^error outer\nnext {2}this is a bug in Understudy\nError: outer\n\s+at [^]*inner/,
    );
  });
});
