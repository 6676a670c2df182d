import { describe, expect, test } from '@jest/globals';
import { containerLine, journalLine } from '../../../../scripts/report/log-line.ts';
import { beganMs, exited, journal } from '../../../support/recorded-run.ts';

describe('a line of a journal', () => {
  test('is put on the run’s clock, and named by the unit that wrote it', () => {
    expect(journalLine(journal(1_234, 'hello'), beganMs)).toEqual({
      ms: 1_234,
      severity: 'other',
      from: 'worker',
      text: 'hello',
      change: null,
    });
  });

  test.each([
    ['hello', 3, 'error'],
    ['hello', 4, 'warning'],
    ['hello', 5, 'other'],
    ['[2026-11-25: ERROR/MainProcess] task failed', 6, 'error'],
    ["OSError: [Errno 28] No space left on device: '/x'", 6, 'error'],
    ['redis.exceptions.TimeoutError: Timeout reading from socket', 6, 'error'],
    ['# WARNING Memory overcommit must be enabled', 6, 'warning'],
    ['Traceback (most recent call last):', 6, 'other'],
    ['no errors were found', 6, 'other'],
  ])('"%s" with priority %d is a line of severity %s', (text, priority, severity) => {
    expect(journalLine(journal(0, text, undefined, priority), beganMs)?.severity).toBe(severity);
  });

  test('says what systemd did with a unit', () => {
    const line = journal(0, 'x', { unit: 'worker.service', id: exited, code: 'killed 9' });
    expect(journalLine(line, beganMs)?.change).toEqual({
      unit: 'worker',
      what: 'exited',
      detail: 'killed 9',
    });
    expect(journalLine(line, beganMs)?.from).toBe('systemd');
  });

  test('may be bytes, be given twice or be missing', () => {
    const text = (message: unknown): string | undefined =>
      journalLine(JSON.stringify({ __REALTIME_TIMESTAMP: '0', MESSAGE: message }), 0)?.text;
    expect([text([104, 105, 255]), text(['one', 'two']), text(null)]).toEqual(['hi\uFFFD', 'one two', '']);
  });

  test('that a crash cut is none', () => {
    expect(journalLine(journal(0, 'hello').slice(0, 40), beganMs)).toBeNull();
  });
});

test('a line of a container’s log has a time only where the engine put one in front', () => {
  const [timed, bare] = ['2026-11-25T00:00:02.5Z hello', 'ERROR no time'].map((line) =>
    containerLine(line, beganMs),
  );
  expect(timed).toMatchObject({ ms: 2_500, text: 'hello', severity: 'other' });
  expect(bare).toMatchObject({ ms: null, text: 'ERROR no time', severity: 'error' });
});
