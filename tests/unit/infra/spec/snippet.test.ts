import { expect, test } from '@jest/globals';
import { renderProblem } from '../../../../infra/spec/snippet.ts';

const problem = {
  code: 'c',
  message: 'what is wrong',
  file: 'a.yaml',
  line: 2,
  column: 3,
  hint: 'what to do',
};

test('a problem is its place, what is wrong, the line with a caret below, and what to do', () => {
  expect(renderProblem(problem, 'one\ntwo three\n')).toBe(
    ['a.yaml:2:3  what is wrong', '   2 | two three', '     |   ^', '     = what to do'].join('\n'),
  );
});

test('the caret stands below its column where tabs lead there, and where the line number is long', () => {
  expect(renderProblem(problem, 'one\n\t\tx\n').split('\n').slice(1, 3)).toEqual([
    '   2 | \t\tx',
    '     | \t\t^',
  ]);
  const far = renderProblem({ ...problem, line: 12_345, column: 1 }, `${'\n'.repeat(12_344)}x`);
  expect(far.split('\n').slice(1, 3)).toEqual(['12345 | x', '      | ^']);
});

test('the line ends of Windows are no part of a line', () => {
  expect(renderProblem(problem, 'one\r\ntwo\r\n')).not.toContain('\r');
});

test('of a long line it shows what stands around the caret, and nothing that a terminal would obey', () => {
  const text = `${'x'.repeat(5_000)}!\u001b[2J${'y'.repeat(5_000)}`;
  const [, line = '', caret = ''] = renderProblem({ ...problem, line: 1, column: 5_001 }, text).split('\n');
  expect(line.length).toBeLessThan(180);
  expect(line).toMatch(/^ {3}1 \| …x+!\uFFFD\[2Jy+…$/);
  expect(line.charAt(caret.indexOf('^'))).toBe('!');
});

test('what is not known is left out', () => {
  expect(renderProblem({ ...problem, hint: '' }, null)).toBe('a.yaml:2:3  what is wrong');
  expect(renderProblem({ ...problem, line: 9 }, 'one\n')).toBe(
    'a.yaml:9:3  what is wrong\n     = what to do',
  );
});
