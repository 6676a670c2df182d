import type { Problem } from '../errors.ts';

/**
 * A problem as a person reads it: place, message, the line with a caret under the column, the hint. `text` is the
 * file's text; without it the line is left out.
 */
export function renderProblem(problem: Problem, text: string | null): string {
  const { file, line, column, message, hint } = problem;
  const source = text?.split('\n')[line - 1];
  const gutter = String(line).padStart(4);
  return [
    `${file}:${line}:${column}  ${message}`,
    ...(source === undefined ? [] : [`${gutter} | ${source}`, `     | ${' '.repeat(column - 1)}^`]),
    ...(hint === '' ? [] : [`     = ${hint}`]),
  ].join('\n');
}
