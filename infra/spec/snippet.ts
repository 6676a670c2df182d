import type { Problem } from '../errors.ts';

/**
 * A problem as a person reads it: place, message, the line with a caret under the column, the hint. `text` is the
 * file's text; without it the line is left out.
 */
export function renderProblem(problem: Problem, text: string | null): string {
  const { file, line, column, message, hint } = problem;
  const source = text?.split(/\r?\n/)[line - 1];
  const number = String(line).padStart(4);
  const blank = ' '.repeat(number.length);
  // Tabs stay, so that the caret stands where they lead the line above it.
  const before = source?.slice(0, column - 1).replaceAll(/[^\t]/g, ' ') ?? '';
  return [
    `${file}:${line}:${column}  ${message}`,
    ...(source === undefined ? [] : [`${number} | ${source}`, `${blank} | ${before}^`]),
    ...(hint === '' ? [] : [`${blank} = ${hint}`]),
  ].join('\n');
}
