import { seconds } from './plain.ts';

export interface StepText {
  readonly title: string;
  readonly detail: string;
  readonly tookMs: number;
}

/** Times stand below each other here, and farther left on a narrow terminal. */
const timesAt = 64;
const timeWidth = 8;
const signWidth = 2;

/** What stands behind a step's sign: what it does, and in a column of its own how long it takes. */
export function stepLine(
  { title, detail, tookMs }: StepText,
  columns: number,
  dim: (text: string) => string,
): string {
  const room = Math.min(timesAt, columns - timeWidth - 1) - signWidth;
  const padding = ' '.repeat(Math.max(1, room - title.length - (detail === '' ? 0 : detail.length + 1)));
  const time = seconds(tookMs).padStart(timeWidth);
  return `${title}${detail === '' ? '' : ` ${dim(detail)}`}${padding}${dim(time)}`;
}

/** The same for a line that is drawn again and again: one that wrapped would leave pieces of itself behind. */
export function runningLine(step: StepText, columns: number, dim: (text: string) => string): string {
  const room = columns - signWidth - timeWidth - 2;
  const title = cut(step.title, room);
  const detail = cut(step.detail, room - title.length - 1);
  return stepLine({ ...step, title, detail }, columns, dim);
}

function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 2 ? '' : `${text.slice(0, width - 1)}…`;
}
