import { expect, test } from '@jest/globals';
import { commandWords, happenedUs, journalEntry } from '../../../../scripts/evidence/journal.ts';

test('bytes that journald writes as numbers are text again', () => {
  const bytes = [...Buffer.from('\u001b[31mred\u001b[0m é')];
  expect(journalEntry(JSON.stringify({ MESSAGE: bytes, _PID: '1' }))).toEqual({
    MESSAGE: '\u001b[31mred\u001b[0m é',
    _PID: '1',
  });
});

test('a field that came twice keeps both values, one that was too large is empty', () => {
  expect(journalEntry('{"A":["x",[121]],"B":null}')).toEqual({ A: 'x\ny', B: '' });
});

test('a line that was cut off is none', () => {
  expect(journalEntry('{"MESSAGE":"he')).toBeNull();
});

test('the sender says when it happened, journald when it came', () => {
  expect(happenedUs({ __REALTIME_TIMESTAMP: '9', _SOURCE_REALTIME_TIMESTAMP: '7' })).toBe(7);
  expect(happenedUs({ __REALTIME_TIMESTAMP: '9' })).toBe(9);
});

test('words of a command are told apart as journald quotes them', () => {
  expect(commandWords(String.raw`python3 -c "print(\"a b\")" --x`)).toEqual([
    'python3',
    '-c',
    'print("a b")',
    '--x',
  ]);
});
