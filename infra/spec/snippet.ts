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
  const { shown, before } = excerpt(source ?? '', column - 1);
  return [
    `${file}:${line}:${column}  ${message}`,
    ...(source === undefined ? [] : [`${number} | ${shown}`, `${blank} | ${before}^`]),
    ...(hint === '' ? [] : [`${blank} = ${hint}`]),
  ].join('\n');
}

const longest = 160;

/** A line as it may stand in a terminal, and what leads to `at` below it. Of a long one, what stands around there. */
function excerpt(source: string, at: number): { readonly shown: string; readonly before: string } {
  const from = source.length <= longest ? 0 : Math.max(0, at - longest / 2);
  const part = source.slice(from, from + longest);
  const [head, tail] = [from > 0 ? '…' : '', from + longest < source.length ? '…' : ''];
  return {
    shown: `${head}${part.replaceAll(/[^\P{Cc}\t]/gu, '\uFFFD')}${tail}`,
    // Tabs stay, so that the caret stands where they lead the line above it.
    before: `${head === '' ? '' : ' '}${part.slice(0, at - from).replaceAll(/[^\t]/g, ' ')}`,
  };
}
